import { writeFileSync } from 'node:fs';
import { readdir, readFile, stat, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { makeFolder, type ServerConfig } from '#config';
import { isRunId, type RunIdentity } from './run-identity.js';

/** On another host a process id says nothing: its run counts as dead when nobody touched its file for so long. */
const FOREIGN_SILENCE_MS = 60_000;

/** Runs of this very process; its own id says nothing about them either, since a container's process is always number 1. */
const runsOfThisProcess = new Set<string>();

/** Where the ledger keeps its own files. */
export function errorsFolder({ dataDir }: Pick<ServerConfig, 'dataDir'>): string {
  return path.join(dataDir, 'errors');
}

/**
 * The folder of write-ahead files: `<run>.run.json` says whose they are, `<run>.<n>.wal` holds the reports, and
 * `<run>.fatal.wal` those written while the process died.
 */
export class WriteAheadDirectory {
  constructor(readonly dir: string) {
    makeFolder(dir);
  }

  walPath(name: string): string {
    return path.join(this.dir, name);
  }

  claim(identity: RunIdentity): void {
    runsOfThisProcess.add(identity.runId);
    writeFileSync(this.identityPath(identity.runId), JSON.stringify(identity));
  }

  /** Says that the run is alive, to processes on other hosts. */
  async touch(runId: string): Promise<void> {
    const now = new Date();
    await utimes(this.identityPath(runId), now, now);
  }

  /** From here on the run's files may be taken over. */
  release(runId: string): void {
    runsOfThisProcess.delete(runId);
  }

  /** Runs whose process is gone and whose files are still here, oldest first. */
  async findDeadRuns(): Promise<RunIdentity[]> {
    const runs = new Set((await readdir(this.dir)).map((name) => name.split('.')[0] ?? ''));
    const identities = await Promise.all([...runs].sort().map((runId) => this.readIdentity(runId)));
    return identities.filter((identity) => identity !== undefined);
  }

  /** Names of a run's write-ahead files, in the order they were written. */
  async filesOf(runId: string): Promise<string[]> {
    const names = await readdir(this.dir);
    return names.filter((name) => name.startsWith(`${runId}.`) && name.endsWith('.wal')).sort();
  }

  async sizeOf(name: string): Promise<number> {
    return (await stat(this.walPath(name))).size;
  }

  async remove(name: string): Promise<void> {
    await unlink(this.walPath(name)).catch(ignoreMissing);
  }

  async removeIdentity(runId: string): Promise<void> {
    await unlink(this.identityPath(runId)).catch(ignoreMissing);
  }

  private identityPath(runId: string): string {
    return path.join(this.dir, `${runId}.run.json`);
  }

  private async readIdentity(runId: string): Promise<RunIdentity | undefined> {
    if (!isRunId(runId) || runsOfThisProcess.has(runId)) return undefined;
    const file = this.identityPath(runId);
    // Reports of the last moments of a shutdown come after the identity is gone.
    const modified = (await stat(file).then(({ mtimeMs }) => mtimeMs, ignoreMissing)) ?? 0;
    const identity = await readFile(file, 'utf8')
      .then((text) => JSON.parse(text) as RunIdentity)
      .catch(() => unknownIdentity(runId));
    const isAlive =
      identity.host === hostname()
        ? identity.pid !== process.pid && processExists(identity.pid)
        : Date.now() - modified < FOREIGN_SILENCE_MS;
    return isAlive ? undefined : identity;
  }
}

/** A power cut can leave the identity empty; the reports are there all the same. */
function unknownIdentity(runId: string): RunIdentity {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)/.exec(runId) ?? [];
  const unknown = 'unknown';
  return {
    runId,
    startedAt: `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`,
    service: unknown,
    release: unknown,
    environment: unknown,
    platform: unknown,
    nodeVersion: unknown,
    host: hostname(),
    pid: 0,
  };
}

function processExists(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}
