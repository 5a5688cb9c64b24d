import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import type { AgentCondition } from '../registry/agent-health.js';
import { toCondition } from '../registry/agent-statistics.postgres.js';
import { anySlot } from '../registry/agent-statistics.repository.js';
import type { Lease } from '../tasks/lease.js';
import type { Task, TaskFailure } from '../tasks/task.js';
import type { RetryPolicy } from '../tasks/task-failure.js';
import { toTask } from '../tasks/task-columns.postgres.js';
import type { TaskState } from '../tasks/task-state.js';
import { NO_USAGE, type Usage } from '../tasks/usage.js';
import { AWAY_MS } from './task-lease.repository.js';
import {
  APPROVE,
  END,
  EXPIRED,
  HOLD,
  LOCK,
  type LockedRow,
  REQUEUE,
  SUCCEED,
  type SucceededRow,
} from './task-transition.postgres.js';

/** A task as its lock holder sees it. */
export interface LockedTask {
  readonly task: Task;
  readonly agentId: string;
  readonly leaseToken: string | null;
  readonly awaitsCallback: boolean;
  /** Whether the attempt's time is over. */
  readonly isOverdue: boolean;
  /** What its worker last said that this attempt consumed. */
  readonly attemptUsage: Usage;
  /** How long to wait between attempts, by the agent's policy. */
  readonly retryPolicy: RetryPolicy;
}

/** What a task that succeeded leaves behind. */
export interface Success extends Lease {
  readonly output: unknown;
  readonly usage?: Usage | undefined;
}

/** Tasks of one agent that have just ended well. */
export interface Succeeded {
  readonly agentId: string;
  readonly ids: readonly string[];
  /** Those of them that other tasks wait for. */
  readonly awaited: readonly string[];
  /** How the agent was doing before. */
  readonly condition: AgentCondition;
}

/** How a task ends, other than well. */
export interface Ending {
  readonly state: Extract<TaskState, 'failed' | 'dead' | 'cancelled'>;
  /** Its error; `null` keeps the one it has. */
  readonly failure: TaskFailure | null;
  /** Of the event. */
  readonly data: EventData;
  /** Of the attempt that ended it; earlier attempts were counted when they failed. */
  readonly usage?: Usage;
}

/** How a task comes back into the queue. */
export interface Requeuing {
  readonly delayMs: number;
  readonly failure: TaskFailure | null;
  /** Attempts given back: the one that a shutdown interrupted, or all when a person asks for it. */
  readonly refund: number;
  readonly usage?: Usage;
  /** Its event. */
  readonly type: 'retry' | 'released' | 'requeued';
  readonly data: EventData;
}

type EventData = Readonly<Record<string, unknown>>;

/** Whether this is the lease on the task, and whoever names it holds it. */
export function isLeaseOf(locked: LockedTask | undefined, lease: Lease): locked is LockedTask {
  if (locked?.leaseToken !== lease.leaseToken) return false;
  return lease.heldBy === undefined || lease.heldBy === locked.task.heldBy;
}

/**
 * Changes the state of tasks, each with its event and its agent's counters in one statement. A change names the lease that it rests on, or runs
 * under the task's lock.
 */
@Injectable()
export class TaskTransitionRepository {
  /** Locks a task, so that its state can be judged and changed. */
  async lock(tx: Transaction, id: string): Promise<LockedTask | undefined> {
    const [row] = await tx.query<LockedRow>(LOCK, [id]);
    if (!row) return undefined;
    return {
      task: toTask(row),
      agentId: row.agent_id,
      leaseToken: row.lease_token,
      awaitsCallback: row.awaits_callback,
      isOverdue: row.is_overdue,
      attemptUsage: row.attempt_usage
        ? { ...row.attempt_usage, costMicros: BigInt(row.attempt_usage.costMicros) }
        : NO_USAGE,
      retryPolicy: {
        maxAttempts: row.max_attempts,
        initialDelayMs: row.initial_delay_ms,
        maxDelayMs: row.max_delay_ms,
      },
    };
  }

  /** Ends tasks well; those whose lease was lost are missing from the answer. */
  async succeed(tx: Transaction, successes: readonly Success[]): Promise<Succeeded[]> {
    const rows = successes.map(({ id, leaseToken, heldBy, output, usage }) => ({
      id,
      token: leaseToken,
      held_by: heldBy,
      output: output ?? null,
      ...(usage && {
        tokens_in: usage.tokensIn,
        tokens_out: usage.tokensOut,
        cost_micros: usage.costMicros.toString(),
      }),
    }));
    const ended = await tx.query<SucceededRow>(SUCCEED, [JSON.stringify(rows), anySlot()]);
    return ended.map((row) => ({
      agentId: row.agent_id,
      ids: row.ids.split(','),
      awaited: row.awaited?.split(',') ?? [],
      condition: toCondition(row),
    }));
  }

  /** Ends a task that the caller has locked, other than well. @returns whether other tasks wait for it */
  async end(tx: Transaction, id: string, { state, failure, data, usage = NO_USAGE }: Ending): Promise<boolean> {
    const values = [id, state, failure, ...valuesOf(usage), data, anySlot()];
    const [row] = await tx.query<{ has_dependents: boolean }>(END, values);
    if (!row) throw new Error(`Task ${id} vanished while it was locked`);
    return row.has_dependents;
  }

  /** Puts a task that the caller has locked back into the queue. One that begins another life counts as enqueued once more. */
  async requeue(tx: Transaction, id: string, requeuing: Requeuing): Promise<void> {
    const { delayMs, failure, refund, usage = NO_USAGE, type, data } = requeuing;
    const enqueued = type === 'requeued' ? 1 : 0;
    await tx.execute(REQUEUE, [id, delayMs, failure, refund, ...valuesOf(usage), type, data, enqueued, anySlot()]);
  }

  /** A task that a person queues again has neither deadline nor approval any more, and waits for this many others. */
  async renew(tx: Transaction, id: string, dependsLeft: number): Promise<void> {
    const sql = `UPDATE agent_task SET expires_at = NULL, approved_at = NULL, approved_by = NULL, depends_left = $2 WHERE id = $1`;
    await tx.execute(sql, [id, dependsLeft]);
  }

  /** A task that waits to start waits for a person instead. */
  async holdForApproval(tx: Transaction, id: string, reason: string): Promise<void> {
    await tx.execute(HOLD, [id, { reason }]);
  }

  /** From now on neither a budget nor the limit of consequential calls keeps the task from starting. */
  async approve(tx: Transaction, id: string, by: string): Promise<void> {
    await tx.execute(APPROVE, [id, by]);
  }

  /** Locks waiting tasks whose deadline passed. */
  async lockOverdue(tx: Transaction, limit: number): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `SELECT id FROM agent_task WHERE expires_at < now() AND state IN ('queued', 'waiting_approval')
       ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
      [limit],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Locks tasks whose lease ran out, the longest overdue first.
   *
   * @param asked when they were asked for, by the database's clock: one that stood still since then finds none
   */
  async lockExpired(tx: Transaction, limit: number, asked: Date): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(EXPIRED, [limit, asked, AWAY_MS]);
    return rows.map(({ id }) => id);
  }
}

function valuesOf({ tokensIn, tokensOut, costMicros }: Usage): unknown[] {
  return [tokensIn, tokensOut, costMicros.toString()];
}
