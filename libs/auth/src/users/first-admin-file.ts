import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '#config';

/** What opens the first administrator's account. */
export interface KeptAdmin {
  readonly email: string;
  readonly username: string;
  readonly password: string;
}

/**
 * `first-admin.json` in `DATA_DIR`, for the owner of the process alone: the generated password of the first administrator, which would otherwise
 * be lost with the terminal that showed it.
 */
export class FirstAdminFile {
  readonly path: string;

  constructor(dataDir: string) {
    this.path = path.join(dataDir, 'first-admin.json');
  }

  /** Replaces what is kept. It comes into its place whole, and is on disk afterwards. @throws Error of Node, with the path */
  keep({ email, username, password }: KeptAdmin): void {
    makeFolder(path.dirname(this.path));
    const made = `${this.path}.${process.pid}`;
    rmSync(made, { force: true });
    const text = `${JSON.stringify({ email, username, password }, undefined, 2)}\n`;
    writeFileSync(made, text, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(made, this.path);
  }

  /** What is kept; nothing when there is no such file, or none that can be read. */
  read(): KeptAdmin | undefined {
    try {
      const kept = JSON.parse(readFileSync(this.path, 'utf8')) as Partial<Record<string, unknown>> | null;
      const [email, username, password] = [kept?.['email'], kept?.['username'], kept?.['password']];
      const isWhole = typeof email === 'string' && typeof username === 'string' && typeof password === 'string';
      return isWhole ? { email, username, password } : undefined;
    } catch {
      return undefined;
    }
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}
