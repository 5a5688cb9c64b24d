import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { AgentKind } from '../domain/agent.js';
import type { JsonObject, Task, TaskFailure } from '../domain/task.js';
import { SECONDS_PER_PRIORITY } from '../domain/task.js';
import type { RetryPolicy } from '../domain/task-failure.js';
import type { TaskState } from '../domain/task-state.js';
import { CIRCUIT_OPEN } from './agent-row.js';
import { type TaskRow, toTask } from './task-row.js';

/** Whose work a claimant can do. */
export interface Claimant {
  /** Id of the process or worker that will hold the leases. */
  readonly workerId: string;
  readonly kinds: readonly AgentKind[];
  /** Handlers that the claimant has, for agents of kind `internal`. */
  readonly handlers: readonly string[];
  /** Only these agents; `undefined` is any. */
  readonly agents?: readonly string[] | undefined;
  /** State that a claimed task enters: a remote worker has yet to say that it began. */
  readonly entering: Extract<TaskState, 'leased' | 'running'>;
  readonly leaseSeconds: number;
}

/** A task with the lease on it and what is needed to run it. */
export interface ClaimedTask {
  readonly task: Task;
  readonly agentId: string;
  readonly leaseToken: string;
  /** Milliseconds until the attempt's time is over, from the moment of the claim. */
  readonly timeoutMs: number;
  readonly kind: AgentKind;
  readonly config: JsonObject;
  readonly encryptedSecret: string | null;
  readonly correlationId: string | null;
  readonly traceparent: string | null;
}

/** A task as its lock holder sees it. */
export interface LockedTask {
  readonly task: Task;
  readonly agentId: string;
  readonly leaseToken: string | null;
  readonly awaitsCallback: boolean;
  /** How long to wait between attempts, by the agent's policy. */
  readonly retryPolicy: RetryPolicy;
}

/** A lease, as its holder names it. */
export interface Lease {
  readonly id: string;
  readonly leaseToken: string;
}

/** What a task that succeeded leaves behind. */
export interface Success extends Lease {
  readonly output: unknown;
  readonly tokensIn?: number;
  readonly tokensOut?: number;
  readonly costMicros?: bigint;
}

/** A task that has just ended, with what its counters need. */
export interface Ended {
  readonly id: string;
  readonly agentId: string;
  readonly durationMs: number;
  readonly tokens: number;
  readonly costMicros: bigint;
}

const HELD = `IN ('leased', 'running')`;
const RUNNING = `(SELECT count(*) FROM agent_task h WHERE h.agent_id = a.id AND h.state ${HELD})`;
const DUE = `state = 'queued' AND run_at <= now() AND rank_at <= now() AND depends_left = 0`;

/**
 * Locks agents that have work which may start now. The lock is what makes caps exact: whoever holds it counts the agent's
 * running tasks in a later statement, which sees everything that earlier holders committed.
 */
const LOCK_AGENTS = {
  name: 'agent_queue_lock',
  text: `
    SELECT a.id FROM agent a JOIN agent_runtime r ON r.agent_id = a.id
    WHERE a.kind = ANY ($1) AND (a.kind <> 'internal' OR a.config ->> 'handler' = ANY ($2))
      AND ($3::text[] IS NULL OR a.slug = ANY ($3))
      AND a.deleted_at IS NULL AND r.paused_at IS NULL AND NOT ${CIRCUIT_OPEN}
      AND EXISTS (SELECT FROM agent_task WHERE agent_id = a.id AND ${DUE})
      AND ${RUNNING} < a.concurrency
    ORDER BY a.priority, random() LIMIT 16
    FOR NO KEY UPDATE OF r SKIP LOCKED`,
};

const IN_WINDOW = 'coalesce(r.rate_window_start + make_interval(secs => a.rate_window_seconds) > now(), false)';

/** After an open circuit one task at a time may try (half-open). */
const CLAIM = {
  name: 'agent_queue_claim',
  text: `
    WITH free AS (
      SELECT a.id, a.priority, least(
        CASE WHEN r.circuit_open_until IS NULL THEN a.concurrency ELSE 1 END - ${RUNNING},
        CASE WHEN a.rate_limit IS NULL THEN $2
             WHEN ${IN_WINDOW} THEN a.rate_limit - r.rate_window_used ELSE a.rate_limit END,
        $2) AS slots
      FROM agent a JOIN agent_runtime r ON r.agent_id = a.id WHERE a.id = ANY ($1)
    ), picked AS (
      SELECT q.id FROM free CROSS JOIN LATERAL (
        SELECT t.id, t.rank_at FROM agent_task t WHERE t.agent_id = free.id AND ${DUE}
        ORDER BY t.rank_at, t.id LIMIT greatest(free.slots, 0) FOR UPDATE SKIP LOCKED
      ) q ORDER BY free.priority, q.rank_at LIMIT $2
    )
    UPDATE agent_task t SET state = $3, attempt = t.attempt + 1, lease_token = gen_random_uuid(), worker_id = $4,
      lease_expires_at = now() + make_interval(secs => $5), started_at = now(), awaits_callback = false,
      deadline_at = now() + make_interval(secs => t.timeout_seconds)
    FROM picked, agent a WHERE t.id = picked.id AND a.id = t.agent_id
    RETURNING t.*, a.slug AS agent, a.kind, a.config, a.encrypted_secret`,
};

const COUNT_STARTS = {
  name: 'agent_queue_count_starts',
  text: `
    UPDATE agent_runtime r SET
      rate_window_used = c.n + CASE WHEN ${IN_WINDOW} THEN r.rate_window_used ELSE 0 END,
      rate_window_start = CASE WHEN ${IN_WINDOW} THEN r.rate_window_start ELSE now() END
    FROM (SELECT agent_id, count(*)::integer AS n FROM unnest($1::uuid[]) AS agent_id GROUP BY agent_id) c
    JOIN agent a ON a.id = c.agent_id
    WHERE r.agent_id = c.agent_id AND a.rate_limit IS NOT NULL`,
};

const EXTEND = {
  name: 'agent_queue_extend',
  text: `
    UPDATE agent_task t SET lease_expires_at = now() + make_interval(secs => $2)
    FROM jsonb_to_recordset($1::jsonb) AS l (id uuid, token uuid)
    WHERE t.id = l.id AND t.lease_token = l.token AND t.state ${HELD}
    RETURNING t.id, t.cancel_requested_at IS NOT NULL AS cancelled`,
};

const ENDED = `t.id, t.agent_id, t.tokens_in + t.tokens_out AS tokens, t.cost_micros,
  coalesce(extract(epoch FROM t.finished_at - t.started_at) * 1000, 0)::bigint AS duration_ms`;

const SUCCEED = {
  name: 'agent_queue_succeed',
  text: `
    UPDATE agent_task t SET state = 'succeeded', output = d.output, error = NULL, lease_token = NULL,
      lease_expires_at = NULL, awaits_callback = false, finished_at = now(), tokens_in = t.tokens_in + d.tokens_in,
      tokens_out = t.tokens_out + d.tokens_out, cost_micros = t.cost_micros + d.cost_micros,
      stopped_at = CASE WHEN t.cancel_requested_at IS NOT NULL THEN now() END
    FROM jsonb_to_recordset($1::jsonb) AS d (id uuid, token uuid, output jsonb, tokens_in bigint, tokens_out bigint,
      cost_micros bigint)
    WHERE t.id = d.id AND t.lease_token = d.token AND t.state ${HELD}
    RETURNING ${ENDED}`,
};

const END = {
  name: 'agent_queue_end',
  text: `
    UPDATE agent_task t SET state = $2, error = coalesce($3::jsonb, t.error), lease_token = NULL, lease_expires_at = NULL,
      awaits_callback = false, finished_at = now(),
      cancel_requested_at = CASE WHEN $2 = 'cancelled' THEN coalesce(t.cancel_requested_at, now()) ELSE t.cancel_requested_at END,
      stopped_at = CASE WHEN $2 = 'cancelled' OR t.cancel_requested_at IS NOT NULL THEN now() END
    WHERE t.id = $1
    RETURNING ${ENDED}`,
};

const REQUEUE = {
  name: 'agent_queue_requeue',
  text: `
    UPDATE agent_task t SET state = 'queued', error = $3::jsonb, lease_token = NULL, lease_expires_at = NULL,
      awaits_callback = false, attempt = t.attempt - $4, queued_at = now(), finished_at = NULL, deadline_at = NULL,
      cancel_requested_at = NULL, cancel_acknowledged_at = NULL, stopped_at = NULL,
      run_at = now() + $2 * interval '1 millisecond',
      rank_at = now() + $2 * interval '1 millisecond' - t.priority * interval '${SECONDS_PER_PRIORITY} seconds'
    WHERE t.id = $1`,
};

const LOCK = {
  name: 'agent_queue_lock_task',
  text: `
    SELECT t.*, a.slug AS agent, a.initial_delay_ms, a.max_delay_ms FROM agent_task t JOIN agent a ON a.id = t.agent_id
    WHERE t.id = $1 FOR UPDATE OF t`,
};

/** `agent_task` as a queue. State changes name the lease they rest on, or run under the task's lock. */
@Injectable()
export class TaskQueueRepository {
  constructor(private readonly database: Database) {}

  /** Takes at most `max` tasks that may run now, within every agent's cap, rate limit, pause and circuit. */
  async claim(tx: Transaction, claimant: Claimant, max: number): Promise<ClaimedTask[]> {
    const { kinds, handlers, agents = null, entering, workerId, leaseSeconds } = claimant;
    const locked = await tx.query<{ id: string }>(LOCK_AGENTS, [kinds, handlers, agents]);
    if (locked.length === 0) return [];
    const ids = locked.map(({ id }) => id);
    const rows = await tx.query<ClaimRow>(CLAIM, [ids, max, entering, workerId, leaseSeconds]);
    if (rows.length > 0) await tx.execute(COUNT_STARTS, [rows.map(({ agent_id }) => agent_id)]);
    return rows.map(toClaimed);
  }

  /** Locks a task, so that its state can be judged and changed. */
  async lock(tx: Transaction, id: string): Promise<LockedTask | undefined> {
    const [row] = await tx.query<LockedRow>(LOCK, [id]);
    if (!row) return undefined;
    return {
      task: toTask(row),
      agentId: row.agent_id,
      leaseToken: row.lease_token,
      awaitsCallback: row.awaits_callback,
      retryPolicy: {
        maxAttempts: row.max_attempts,
        initialDelayMs: row.initial_delay_ms,
        maxDelayMs: row.max_delay_ms,
      },
    };
  }

  /** Extends leases that are still held; a lease that is missing from the answer was lost. */
  async extend(leases: readonly Lease[], seconds: number): Promise<Map<string, { isCancelRequested: boolean }>> {
    const rows = await this.database.query<{ id: string; cancelled: boolean }>(EXTEND, [
      JSON.stringify(leases.map(({ id, leaseToken }) => ({ id, token: leaseToken }))),
      seconds,
    ]);
    return new Map(rows.map(({ id, cancelled }) => [id, { isCancelRequested: cancelled }]));
  }

  /** Ends tasks well; those whose lease was lost are missing from the answer. */
  async succeed(tx: Transaction, successes: readonly Success[]): Promise<Ended[]> {
    const rows = successes.map(({ id, leaseToken, output, tokensIn = 0, tokensOut = 0, costMicros = 0n }) => ({
      id,
      token: leaseToken,
      output: output ?? null,
      tokens_in: tokensIn,
      tokens_out: tokensOut,
      cost_micros: costMicros.toString(),
    }));
    return (await tx.query<EndedRow>(SUCCEED, [JSON.stringify(rows)])).map(toEnded);
  }

  /** Ends a task that the caller has locked, other than well. */
  async end(
    tx: Transaction,
    id: string,
    state: Extract<TaskState, 'failed' | 'dead' | 'cancelled'>,
    failure: TaskFailure | null,
  ): Promise<Ended> {
    const [row] = await tx.query<EndedRow>(END, [id, state, failure]);
    if (!row) throw new Error(`Task ${id} vanished while it was locked`);
    return toEnded(row);
  }

  /**
   * Puts a task that the caller has locked back into the queue.
   *
   * @param refund attempts given back: the one that a shutdown interrupted, or all when a person asks for it
   */
  async requeue(
    tx: Transaction,
    id: string,
    options: { delayMs: number; failure: TaskFailure | null; refund: number },
  ): Promise<void> {
    await tx.execute(REQUEUE, [id, options.delayMs, options.failure, options.refund]);
  }

  /** Locks tasks whose lease ran out, the longest overdue first. */
  async lockExpired(tx: Transaction, limit: number): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      {
        name: 'agent_queue_expired',
        text: `SELECT id FROM agent_task WHERE state ${HELD} AND lease_expires_at < now()
               ORDER BY lease_expires_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
      },
      [limit],
    );
    return rows.map(({ id }) => id);
  }

  /** From now on a callback ends the attempt, not this process: the lease lasts as long as the attempt may. */
  async awaitCallback(tx: Transaction, lease: Lease): Promise<boolean> {
    const changed = await tx.execute(
      `UPDATE agent_task SET awaits_callback = true, lease_expires_at = deadline_at
       WHERE id = $1 AND lease_token = $2 AND state ${HELD}`,
      [lease.id, lease.leaseToken],
    );
    return changed > 0;
  }

  async requestCancel(tx: Transaction, id: string): Promise<void> {
    await tx.execute('UPDATE agent_task SET cancel_requested_at = coalesce(cancel_requested_at, now()) WHERE id = $1', [
      id,
    ]);
  }

  async acknowledgeCancel(lease: Lease): Promise<void> {
    await this.database.execute(
      `UPDATE agent_task SET cancel_acknowledged_at = coalesce(cancel_acknowledged_at, now())
       WHERE id = $1 AND lease_token = $2`,
      [lease.id, lease.leaseToken],
    );
  }
}

type ClaimRow = TaskRow & {
  agent_id: string;
  lease_token: string;
  kind: AgentKind;
  config: JsonObject;
  encrypted_secret: string | null;
  correlation_id: string | null;
  traceparent: string | null;
};

type LockedRow = TaskRow & {
  agent_id: string;
  lease_token: string | null;
  awaits_callback: boolean;
  initial_delay_ms: number;
  max_delay_ms: number;
};

type EndedRow = { id: string; agent_id: string; tokens: string; cost_micros: string; duration_ms: string };

function toClaimed(row: ClaimRow): ClaimedTask {
  return {
    task: toTask(row),
    agentId: row.agent_id,
    leaseToken: row.lease_token,
    timeoutMs: row.timeout_seconds * 1000,
    kind: row.kind,
    config: row.config,
    encryptedSecret: row.encrypted_secret,
    correlationId: row.correlation_id,
    traceparent: row.traceparent,
  };
}

function toEnded(row: EndedRow): Ended {
  return {
    id: row.id,
    agentId: row.agent_id,
    tokens: Number(row.tokens),
    costMicros: BigInt(row.cost_micros),
    durationMs: Number(row.duration_ms),
  };
}
