import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TaskChainsService } from '#agents';
import { AuditReadService } from '#auth';
import type { AppConfig } from '#config';
import { verifyArtifact } from '#errors';
import { VerificationService } from '#finance';
import { type Checkpoint, CheckpointService } from '#platform/checkpoints';
import { CliModule } from '../cli.module.js';
import { readCheckpoint } from './checkpoint-file.js';
import { checkpointsInLog } from './checkpoint-log.js';
import { filesIn } from './files-in.js';

/** Faults of one chain that are shown one by one. */
const SHOWN = 20;

/** What was found in one place. */
interface Finding {
  /** Whether there was nothing to check. */
  readonly isEmpty?: boolean;
  /** How much was checked, in words. */
  readonly checked: string;
  readonly faults: readonly string[];
}

/**
 * `devskyy verify all`: the audit trail, the ledger, what happened to tasks, the artifacts of runs on this machine, and whether the database
 * still leads through every checkpoint that the security log kept, or that is given.
 *
 * @param checkpointFile an answer of `GET /checkpoints` or a line of the log that was kept elsewhere
 */
export async function verifyAll(
  config: AppConfig,
  checkpointFile: string | undefined,
  print: (line: string) => void,
): Promise<number> {
  const given = checkpointFile === undefined ? [] : [await readCheckpoint(checkpointFile)];
  const app = await NestFactory.createApplicationContext(CliModule.forRoot(config), {
    logger: false,
    abortOnError: false,
  });
  try {
    const checkpoints = [...(await checkpointsInLog(config.logging.dir)), ...given];
    const findings: Finding[] = [];
    for (const check of [
      () => auditOf(app),
      () => ledgerOf(app),
      () => tasksOf(app),
      () => artifactsIn(config.server.artifactsDir),
      () => checkpointsOf(app, checkpoints),
    ]) {
      const finding = await check();
      findings.push(finding);
      print(`${finding.checked}: ${verdictOf(finding)}`);
      for (const fault of finding.faults.slice(0, SHOWN)) print(`  ${fault}`);
      if (finding.faults.length > SHOWN) print(`  and ${finding.faults.length - SHOWN} more`);
    }
    const isWhole = findings.every(({ faults }) => faults.length === 0);
    print(isWhole ? 'Everything is what was written' : 'Something is not what was written');
    return isWhole ? 0 : 1;
  } finally {
    await app.close();
  }
}

function verdictOf({ isEmpty, faults }: Finding): string {
  if (isEmpty) return 'nothing to check';
  return faults.length === 0 ? 'whole' : `${faults.length} faults`;
}

async function auditOf(app: INestApplicationContext): Promise<Finding> {
  const { checked, firstBroken } = await app.get(AuditReadService, { strict: false }).verify();
  const faults = firstBroken ? [`event ${firstBroken.sequence} ${firstBroken.reason}`] : [];
  return { checked: `Audit trail, ${checked} events`, faults };
}

async function ledgerOf(app: INestApplicationContext): Promise<Finding> {
  const { blocks, transactions, problems, problemCount } = await app
    .get(VerificationService, { strict: false })
    .verify();
  const named = problems.map(({ block, message }) => (block === null ? message : `block ${block}: ${message}`));
  const rest = Array.from({ length: problemCount - named.length }, () => 'one that is not named');
  return { checked: `Ledger, ${blocks} blocks with ${transactions} transactions`, faults: [...named, ...rest] };
}

async function tasksOf(app: INestApplicationContext): Promise<Finding> {
  const { tasks, broken, brokenCount } = await app.get(TaskChainsService, { strict: false }).verify();
  const named = broken.map(({ taskId, seq }) => `task ${taskId}: event ${seq} is not what was written there`);
  const rest = Array.from({ length: brokenCount - named.length }, () => 'one that is not named');
  return { checked: `Events of ${tasks} tasks`, faults: [...named, ...rest] };
}

async function artifactsIn(folder: string): Promise<Finding> {
  const names = (await filesIn(folder)).filter((name) => /^error-ledger-.*\.json$/.test(name));
  const faults: string[] = [];
  for (const name of names) {
    const { problems } = verifyArtifact(await readFile(path.join(folder, name), 'utf8'));
    faults.push(...problems.map((problem) => `${name}: ${problem}`));
  }
  return { checked: `Artifacts of ${names.length} runs on this machine`, faults, isEmpty: names.length === 0 };
}

async function checkpointsOf(app: INestApplicationContext, checkpoints: readonly Checkpoint[]): Promise<Finding> {
  const service = app.get(CheckpointService, { strict: false });
  const faults: string[] = [];
  for (const checkpoint of checkpoints) {
    for (const { chain, reason } of await service.compare(checkpoint))
      faults.push(`${checkpoint.issuedAt}: ${chain === undefined ? '' : `${chain}: `}${reason}`);
  }
  return { checked: `${checkpoints.length} checkpoints`, faults, isEmpty: checkpoints.length === 0 };
}
