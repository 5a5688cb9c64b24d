import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Checkpoint } from '#platform/checkpoints';
import { filesIn } from './files-in.js';
import { checkpointInLine } from './checkpoint-file.js';

/** The security log and those it was rotated to. */
const SECURITY_LOG = /^security\d*\.log$/;

/** The checkpoints that the security log of this machine kept, the oldest first. */
export async function checkpointsInLog(folder: string): Promise<Checkpoint[]> {
  const names = (await filesIn(folder)).filter((name) => SECURITY_LOG.test(name));
  const found: Checkpoint[] = [];
  for (const name of names) {
    const file = await open(path.join(folder, name));
    for await (const line of file.readLines()) {
      const checkpoint = line.includes('checkpoint') ? checkpointInLine(line) : undefined;
      if (checkpoint) found.push(checkpoint);
    }
  }
  return found.toSorted((a, b) => (a.issuedAt < b.issuedAt ? -1 : 1));
}
