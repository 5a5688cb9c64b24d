import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { AppException, ValidationError } from '#platform/kernel';
import { LeaseLostError, OutputTooLargeError } from '../domain/agents.exceptions.js';
import { unstorable } from '../domain/json-value.js';
import { MAX_OUTPUT_BYTES, type TaskFailure } from '../domain/task.js';
import type { FailedAttempt } from '../domain/task-failure.js';
import { isFinal } from '../domain/task-state.js';
import type { Usage } from '../domain/usage.js';
import { assertReportFits, assertRoomForEvent } from '../domain/worker-report.js';
import { TaskEventRepository } from '../infrastructure/task-event.repository.js';
import type { Lease } from '../infrastructure/task-lease.repository.js';
import { isLeaseOf, type Success, TaskQueueRepository } from '../infrastructure/task-queue.repository.js';
import { WorkerLeaseRepository } from '../infrastructure/worker-lease.repository.js';
import { TaskOutcomes } from './task-outcomes.service.js';

/** Something that happened during an attempt, as the worker tells it. */
export interface WorkerEvent extends Lease {
  /** Position among the events of the attempt, from 1; one that was told before is not recorded again. */
  readonly seq: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What became of one of several results: the lease was no longer held, or the output cannot be kept. */
export type CompletionVerdict = 'completed' | 'lost' | TaskFailure;

/** How workers end what they leased. Saying the same thing twice with the same lease is as good as once. */
@Injectable()
export class WorkerOutcomes {
  constructor(
    private readonly database: Database,
    private readonly outcomes: TaskOutcomes,
    private readonly queue: TaskQueueRepository,
    private readonly held: WorkerLeaseRepository,
    private readonly events: TaskEventRepository,
  ) {}

  /** @throws LeaseLostError, OutputTooLargeError, ValidationError */
  async complete(success: Success): Promise<void> {
    checkOutput(success.output, 'output');
    try {
      // Shares a transaction with others that end at the same time.
      await this.outcomes.succeed(success);
    } catch (error) {
      if (!(error instanceof LeaseLostError) || (await this.held.endOf(success)) !== 'succeeded') throw error;
    }
  }

  /** Commits results together; says of each, in order, what became of it. */
  async completeAll(successes: readonly Success[]): Promise<CompletionVerdict[]> {
    const faults = successes.map(({ output }, index) => faultOf(output, `results.${index}.output`));
    const fit = successes.filter((_, index) => !faults[index]);
    const done = fit.length > 0 ? await this.outcomes.succeedAll(fit) : [];
    const ends = done.every(Boolean) ? [] : await this.held.endsOf(fit);
    const verdicts = done.map((isDone, index) => (isDone || ends[index] === 'succeeded' ? 'completed' : 'lost'));
    return faults.map((fault) => fault ?? verdicts.shift() ?? 'lost');
  }

  /** @throws LeaseLostError */
  async fail(lease: Lease, attempt: FailedAttempt, usage: Usage): Promise<void> {
    try {
      await this.outcomes.fail(lease, attempt, undefined, usage);
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
      const state = await this.held.endOf(lease);
      if (state === undefined || state === 'succeeded') throw error;
    }
  }

  /** Gives a task back unharmed: the attempt does not count. @throws LeaseLostError */
  async release(lease: Lease): Promise<void> {
    try {
      await this.outcomes.release(lease, 'worker');
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
      const state = await this.held.endOf(lease);
      if (state === undefined || (isFinal(state) && state !== 'cancelled')) throw error;
    }
  }

  /** @throws LeaseLostError, ReportTooLargeException, TooManyEventsException */
  async appendEvent({ seq, type, data, ...lease }: WorkerEvent): Promise<void> {
    assertReportFits(data, 'data');
    await this.database.transaction(async (tx) => {
      const { id } = lease;
      const locked = await this.queue.lock(tx, id);
      if (!isLeaseOf(locked, lease)) throw new LeaseLostError();
      if (await this.held.countEvent(tx, id, seq)) {
        assertRoomForEvent(await this.events.count(tx, id));
        // A worker's words stand apart from ours: it cannot tell of a success that was none.
        await this.events.append(tx, [{ taskId: id, type: `agent.${type}`, data }]);
      }
    });
  }
}

function faultOf(output: unknown, path: string): TaskFailure | undefined {
  try {
    checkOutput(output, path);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppException)) throw error;
    return { code: error.code, message: error.message };
  }
}

function checkOutput(output: unknown, path: string): void {
  const problem = unstorable(output);
  if (problem !== undefined) {
    throw new ValidationError('The output cannot be kept', {
      details: { errors: [{ path, message: `must not hold ${problem}`, code: 'json' }] },
    });
  }
  if (Buffer.byteLength(JSON.stringify(output ?? null)) > MAX_OUTPUT_BYTES) throw new OutputTooLargeError();
}
