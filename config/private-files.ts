import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** For the owner alone: folders 0700, files 0600. */
const PRIVATE = 0o077;
const OWNER_ONLY = 0o700;

/** Lets nobody but the user of this process read what it writes from now on: data, logs and artifacts hold what people sent. */
export function keepFilesPrivate(): void {
  process.umask(PRIVATE);
}

/** Closes folders that an earlier release, or somebody's `mkdir`, left open; those of another user are theirs to close. */
export function closeFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    try {
      chmodSync(folder, OWNER_ONLY);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    }
  }
}

/**
 * Makes a folder, and those above it that are missing. One by one: asked for all at once, Node never comes back where nothing can be made
 * (`/proc`).
 *
 * @throws Error of Node, with the path
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = path.resolve(folder); !existsSync(at); at = path.dirname(at)) missing.unshift(at);
  // What is there may be a file.
  for (const at of missing.length === 0 ? [folder] : missing) {
    try {
      mkdirSync(at);
    } catch (error) {
      const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(at).isDirectory();
      if (!isThere) throw error;
    }
  }
}
