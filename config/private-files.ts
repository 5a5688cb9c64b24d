import { chmodSync, existsSync } from 'node:fs';

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
