import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * The secret that an installation keeps in a file, made by whoever asks first. It comes into its place whole: a process that asks
 * at the same moment, or one that is killed meanwhile, must not find or leave an empty file.
 *
 * @param bytes of randomness in a new secret, written as base64url
 */
export function keptSecret(file: string, bytes: number): { secret: string; isNew: boolean } {
  const made = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  let isNew = true;
  writeFileSync(made, `${randomBytes(bytes).toString('base64url')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(made, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    isNew = false;
  } finally {
    rmSync(made, { force: true });
  }
  return { secret: readFileSync(file, 'utf8').trim(), isNew };
}
