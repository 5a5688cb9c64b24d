import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** Paths of the TypeScript sources below a folder, without tests. */
export async function sourcesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true });
  return entries
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => path.join(dir, name));
}
