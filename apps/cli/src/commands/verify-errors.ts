import { readFile } from 'node:fs/promises';
import { verifyArtifact } from '#errors';
import { UsageError } from '../command.js';

/** `devskyy verify errors FILE`: is the artifact of a run what was written? Needs no service and no database. */
export async function verifyErrors(file: string, print: (line: string) => void): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read`);
  });
  const { runId, entries, head, problems } = verifyArtifact(text);
  for (const problem of problems) print(problem);
  if (runId !== '') print(`Run ${runId}: ${entries} entries; chain ends with ${head}`);
  print(problems.length === 0 ? 'The artifact is whole' : 'The artifact was changed or is damaged');
  return problems.length === 0 ? 0 : 1;
}
