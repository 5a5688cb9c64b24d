import { readFile } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import { AuditReadService } from '#auth';
import type { AppConfig } from '#config';
import { type Checkpoint, CheckpointService, parseCheckpoint } from '#platform/checkpoints';
import { CliModule } from '../cli.module.js';
import { UsageError } from '../command.js';

/** `devskyy verify --checkpoint FILE`: does the database still lead through what was kept elsewhere? */
export async function verifyCheckpoint(
  config: AppConfig,
  file: string,
  print: (line: string) => void,
): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read`);
  });
  const checkpoint = checkpointIn(text);
  if (!checkpoint)
    throw new UsageError(`${file} holds no checkpoint: neither an answer of GET /checkpoints nor a line of the log`);
  const app = await NestFactory.createApplicationContext(CliModule.forRoot(config), {
    logger: false,
    abortOnError: false,
  });
  try {
    const faults = await app.get(CheckpointService, { strict: false }).compare(checkpoint);
    for (const { chain, reason } of faults)
      print(chain === undefined ? `The checkpoint: ${reason}` : `${chain}: ${reason}`);
    const trail = await app.get(AuditReadService, { strict: false }).verify();
    if (trail.firstBroken) print(`audit: event ${trail.firstBroken.sequence} ${trail.firstBroken.reason}`);
    const isWhole = faults.length === 0 && trail.isIntact;
    for (const { chain, sequence } of checkpoint.chains)
      print(`Checkpoint of ${checkpoint.issuedAt}: ${chain} at ${sequence}`);
    print(isWhole ? 'The database leads through the checkpoint' : 'The database does not lead through the checkpoint');
    return isWhole ? 0 : 1;
  } finally {
    await app.close();
  }
}

/** As `GET /checkpoints` answers it, or in the line of the log that holds it. */
function checkpointIn(text: string): Checkpoint | undefined {
  const plain = parseCheckpoint(text);
  if (plain) return plain;
  try {
    const line = JSON.parse(text) as { details?: { checkpoint?: string } };
    return parseCheckpoint(line.details?.checkpoint ?? '');
  } catch {
    return undefined;
  }
}
