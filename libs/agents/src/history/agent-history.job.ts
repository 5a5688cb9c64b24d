import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { ScheduledJobs } from '#platform/jobs';
import { FINAL_STATES } from '../tasks/task-state.js';
import { HOUR_MS, hourOf, hoursOf } from './agent-hour.js';
import { AgentHourRepository } from './agent-hour.repository.js';
import { MOST_HOURS } from './agent-history.service.js';

const EVERY_SECONDS = 60;

/** A task has the time at which the transaction began that ended it: what is as old as this was committed, whatever became of it. */
const SETTLED_MS = 60_000;

/** Tasks read by one statement. */
const AT_ONCE = 5_000;

/** Adds up what ended: each end once, an hour's worth in one transaction, so that no request has to read more than sums. */
@Injectable()
export class AgentHistoryJob implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly hours: AgentHourRepository,
    private readonly jobs: ScheduledJobs,
  ) {}

  onApplicationBootstrap(): void {
    const run = (signal: AbortSignal): Promise<void> => this.count(signal);
    this.jobs.register({ name: 'agents.history', everySeconds: EVERY_SECONDS, run });
  }

  /** Counts what ended since it was counted last, at first that of the time that is kept; forgets what is older. */
  async count(signal: AbortSignal): Promise<void> {
    const now = await this.database.now();
    const oldest = hourOf(new Date(now.getTime() - MOST_HOURS * HOUR_MS));
    const settled = new Date(now.getTime() - SETTLED_MS);
    let counted: Date;
    do counted = await this.countSome(oldest, settled);
    while (counted < settled && !signal.aborted);
    await this.hours.removeBefore(oldest);
  }

  /** @returns up to when tasks are counted then */
  private countSome(oldest: Date, settled: Date): Promise<Date> {
    return this.database.transaction(async (tx) => {
      const from = await this.hours.lockMark(tx, oldest);
      if (from >= settled) return from;
      const to = new Date(Math.min(hourOf(from).getTime() + HOUR_MS, settled.getTime()));
      for (const state of FINAL_STATES) await this.countState(tx, state, { from, to });
      await this.hours.setMark(tx, to);
      return to;
    });
  }

  private async countState(
    tx: Transaction,
    state: (typeof FINAL_STATES)[number],
    span: { from: Date; to: Date },
  ): Promise<void> {
    let after: string | undefined;
    do {
      const { runs, next } = await this.hours.endedRuns(tx, state, span, AT_ONCE, after);
      await this.hours.add(tx, hoursOf(runs));
      after = next;
    } while (after);
  }
}
