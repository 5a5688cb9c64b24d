import { readFile } from 'node:fs/promises';
import { type Checkpoint, parseCheckpoint } from '#platform/checkpoints';
import { UsageError } from '../command.js';

/** A checkpoint that was kept elsewhere. @throws UsageError when the file cannot be read or holds none */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read`);
  });
  const checkpoint = parseCheckpoint(text) ?? checkpointInLine(text);
  if (!checkpoint)
    throw new UsageError(`${file} holds no checkpoint: neither an answer of GET /checkpoints nor a line of the log`);
  return checkpoint;
}

/** The checkpoint in a line of the security log; `undefined` when there is none. */
export function checkpointInLine(line: string): Checkpoint | undefined {
  try {
    const { details } = JSON.parse(line) as { details?: { checkpoint?: string } };
    return parseCheckpoint(details?.checkpoint ?? '');
  } catch {
    return undefined;
  }
}
