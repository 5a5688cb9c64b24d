import { NestFactory } from '@nestjs/core';
import { AuditReadService } from '#auth';
import type { AppConfig } from '#config';
import { CheckpointService } from '#platform/checkpoints';
import { CliModule } from '../cli.module.js';
import { readCheckpoint } from './checkpoint-file.js';

/** `devskyy verify --checkpoint FILE`: does the database still lead through what was kept elsewhere? */
export async function verifyCheckpoint(
  config: AppConfig,
  file: string,
  print: (line: string) => void,
): Promise<number> {
  const checkpoint = await readCheckpoint(file);
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
