import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * The secret that an installation keeps in a file, made by whoever asks first. It comes into its place whole: a process that asks
 * at the same moment, or one that is killed meanwhile, must not find or leave an empty file.
 *
 * @param bytes of randomness in a new secret, written as base64url
 */
export function keptSecret(file: string, bytes: number): { secret: string; isNew: boolean } {
  const isNew = !existsSync(file) && make(file, randomBytes(bytes).toString('base64url'));
  return { secret: readFileSync(file, 'utf8').trim(), isNew };
}

/** @returns false when another process was first */
function make(file: string, secret: string): boolean {
  const made = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  writeFileSync(made, `${secret}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(made, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(made, { force: true });
  }
}
