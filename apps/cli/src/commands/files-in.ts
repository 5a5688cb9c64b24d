import { readdir } from 'node:fs/promises';

/** Names of the files in a folder; none when it is not there. One that may not be read is an error: nothing would be checked, unsaid. */
export async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
