import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { AppException, ValidationException } from '#platform/kernel';
import { LeaseLostException, OutputTooLargeException } from '../tasks/agents.exceptions.js';
import { unstorable } from '../tasks/json-value.js';
import { MAX_OUTPUT_BYTES, type TaskFailure } from '../tasks/task.js';
import type { FailedAttempt } from '../tasks/task-failure.js';
import { isFinal } from '../tasks/task-state.js';
import type { Usage } from '../tasks/usage.js';
import { assertReportFits, assertRoomForEvent } from '../tasks/task-report.js';
import { TaskEventRepository } from '../tasks/task-event.repository.js';
import type { Lease } from '../tasks/lease.js';
import { TaskTransitionRepository } from '../attempts/task-transition.repository.js';
import { isLeaseOf, type Success } from '../attempts/task-transition.js';
import { WorkerLeaseRepository } from './worker-lease.repository.js';
import { AttemptOutcomeService } from '../attempts/attempt-outcome.service.js';

export type { Success } from '../attempts/task-transition.js';

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
export class WorkerOutcomeService {
  constructor(
    private readonly database: Database,
    private readonly outcomes: AttemptOutcomeService,
    private readonly transitions: TaskTransitionRepository,
    private readonly held: WorkerLeaseRepository,
    private readonly events: TaskEventRepository,
  ) {}

  /** @throws LeaseLostException, OutputTooLargeException, ValidationException */
  async complete(success: Success): Promise<void> {
    checkOutput(success.output, 'output');
    try {
      // Shares a transaction with others that end at the same time.
      await this.outcomes.succeed(success);
    } catch (error) {
      if (!(error instanceof LeaseLostException) || (await this.held.endOf(success)) !== 'succeeded') throw error;
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

  /** @throws LeaseLostException */
  async fail(lease: Lease, attempt: FailedAttempt, usage: Usage): Promise<void> {
    try {
      await this.outcomes.fail(lease, attempt, undefined, usage);
    } catch (error) {
      if (!(error instanceof LeaseLostException)) throw error;
      const state = await this.held.endOf(lease);
      if (state === undefined || state === 'succeeded') throw error;
    }
  }

  /** Gives a task back unharmed: the attempt does not count. @throws LeaseLostException */
  async release(lease: Lease): Promise<void> {
    try {
      await this.outcomes.release(lease, 'worker');
    } catch (error) {
      if (!(error instanceof LeaseLostException)) throw error;
      const state = await this.held.endOf(lease);
      if (state === undefined || (isFinal(state) && state !== 'cancelled')) throw error;
    }
  }

  /** @throws LeaseLostException, ReportTooLargeException, TooManyEventsException */
  async appendEvent({ seq, type, data, ...lease }: WorkerEvent): Promise<void> {
    assertReportFits(data, 'data');
    await this.database.transaction(async (tx) => {
      const { id } = lease;
      const locked = await this.transitions.lock(tx, id);
      if (!isLeaseOf(locked, lease)) throw new LeaseLostException();
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
    throw new ValidationException('The output cannot be kept', {
      details: { errors: [{ path, message: `must not hold ${problem}`, code: 'json' }] },
    });
  }
  if (Buffer.byteLength(JSON.stringify(output ?? null)) > MAX_OUTPUT_BYTES) throw new OutputTooLargeException();
}
