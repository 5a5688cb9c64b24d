import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AgentsConfig } from '#config';
import { ScheduledJobs } from '#platform/jobs';
import { AppLogger } from '#platform/observability';
import { type EndedBefore, type Place, TaskRemovalRepository } from './task-removal.repository.js';

const HOUR_SECONDS = 3_600;

/** Tasks removed in one transaction; a batch goes as a whole. */
const AT_ONCE = 250;

/** Batches looked up, and workers removed, by one statement. */
const MANY = 100;

/** How long the database is left alone, in times of what the piece before took and in ms at most: removing must not be felt by requests. */
const REST = 19;
const MAX_REST_MS = 1_000;

/** Removes what ended long ago, in small pieces and at leisure. */
@Injectable()
export class TaskRetentionJob implements OnApplicationBootstrap {
  constructor(
    private readonly removal: TaskRemovalRepository,
    private readonly jobs: ScheduledJobs,
    private readonly config: AgentsConfig,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    const run = (signal: AbortSignal): Promise<void> => this.remove(signal);
    this.jobs.register({ name: 'agents.retention', everySeconds: HOUR_SECONDS, run });
  }

  private async remove(signal: AbortSignal): Promise<void> {
    const { retentionDays: ended, failedRetentionDays: failed, retentionTasks: most } = this.config;
    const limits = await this.removal.limits({
      days: { succeeded: ended, cancelled: ended, failed, dead: failed },
      most,
    });
    let removed = await this.removeBatches(limits, signal);
    for (const [state, before] of limits) {
      let after: Place | undefined;
      do {
        const page = await gently(signal, () => this.removal.removeEnded(state, before, AT_ONCE, after));
        removed += page.removed;
        after = page.next;
      } while (after && !signal.aborted);
    }
    const hasMore = async (): Promise<boolean> => (await this.removal.removeWorkers(ended, MANY)) === MANY;
    while (ended > 0 && !signal.aborted && (await gently(signal, hasMore)));
    if (removed > 0) this.logger.log(`Removed ${removed} tasks that ended long ago`, 'Agents');
  }

  private async removeBatches(limits: EndedBefore, signal: AbortSignal): Promise<number> {
    const latest = [...limits.values()].at(-1);
    let removed = 0;
    for (let after: Place | undefined; latest !== undefined && !signal.aborted;) {
      const batches = await this.removal.oldBatches(latest, MANY, after);
      for (const batch of batches) {
        if (signal.aborted) break;
        removed += await gently(signal, () => this.removal.removeBatch(batch, limits));
      }
      after = batches.at(-1);
      if (batches.length < MANY) break;
    }
    return removed;
  }
}

/** Does a piece of work and then rests. */
async function gently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  // The end of the rest comes early when the process stops.
  const rest = Math.min((performance.now() - start) * REST, MAX_REST_MS);
  await sleep(rest, undefined, { signal }).catch(() => undefined);
  return result;
}
