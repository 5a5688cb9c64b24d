import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { Overlap, PauseReason, Schedule, ScheduleDefinition } from './schedule.js';
import type { JsonObject } from '../tasks/task.js';

type ScheduleRow = {
  id: string;
  agent: string;
  cron: string;
  time_zone: string;
  task_description: string | null;
  parameters: JsonObject;
  priority: number;
  enabled: boolean;
  overlap: Overlap;
  created_by: string;
  key_id: string | null;
  paused_reason: PauseReason | null;
  next_run_at: Date | null;
  last_run_at: Date | null;
  last_task_id: string | null;
  last_error: string | null;
  created_at: Date;
  updated_at: Date;
};

/** In whose name a schedule runs, and when. */
export interface ScheduleRun {
  readonly ownerId: string;
  readonly keyId: string | null;
  readonly nextRunAt: Date | null;
}

/** A schedule whose time has come, with the database's clock. */
export interface DueSchedule extends Schedule {
  readonly now: Date;
}

const SELECT = `SELECT s.*, a.slug AS agent FROM agent_schedule s JOIN agent a ON a.id = s.agent_id`;

const DUE = {
  name: 'agent_schedule_due',
  text: `
    SELECT s.*, a.slug AS agent, now() AS now FROM agent_schedule s JOIN agent a ON a.id = s.agent_id
    WHERE s.enabled AND s.next_run_at <= now() AND a.deleted_at IS NULL
    ORDER BY s.next_run_at LIMIT $1 FOR UPDATE OF s SKIP LOCKED`,
};

/** Schedules of tasks. */
@Injectable()
export class ScheduleRepository {
  constructor(private readonly database: Database) {}

  async find(id: string): Promise<Schedule | undefined> {
    const [row] = await this.database.query<ScheduleRow>(`${SELECT} WHERE s.id = $1`, [id]);
    return row && toSchedule(row);
  }

  /** Keeps others from changing or running it until the transaction ends. */
  async lock(tx: Transaction, id: string): Promise<Schedule | undefined> {
    const [row] = await tx.query<ScheduleRow>(`${SELECT} WHERE s.id = $1 FOR UPDATE OF s`, [id]);
    return row && toSchedule(row);
  }

  /** Newest first. */
  async list(before: string | undefined, limit: number): Promise<Schedule[]> {
    const sql = `${SELECT} WHERE $1::uuid IS NULL OR s.id < $1 ORDER BY s.id DESC LIMIT $2`;
    return (await this.database.query<ScheduleRow>(sql, [before ?? null, limit])).map(toSchedule);
  }

  async insert(
    tx: Transaction,
    id: string,
    agentId: string,
    definition: ScheduleDefinition,
    run: ScheduleRun,
  ): Promise<void> {
    await tx.execute(
      `INSERT INTO agent_schedule (id, agent_id, cron, time_zone, task_description, parameters, priority, enabled, overlap,
                                   next_run_at, created_by, key_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [id, agentId, ...valuesOf(definition), run.nextRunAt, run.ownerId, run.keyId],
    );
  }

  /** Whoever changes it owns it from then on. */
  async update(
    tx: Transaction,
    id: string,
    agentId: string,
    definition: ScheduleDefinition,
    run: ScheduleRun,
  ): Promise<void> {
    await tx.execute(
      `UPDATE agent_schedule SET agent_id = $2, cron = $3, time_zone = $4, task_description = $5, parameters = $6, priority = $7,
         enabled = $8, overlap = $9, next_run_at = $10, created_by = $11, key_id = $12,
         paused_reason = CASE WHEN NOT $8 THEN paused_reason END, updated_at = now() WHERE id = $1`,
      [id, agentId, ...valuesOf(definition), run.nextRunAt, run.ownerId, run.keyId],
    );
  }

  /** Stops it until somebody switches it on again. */
  async pause(tx: Transaction, id: string, reason: PauseReason): Promise<void> {
    const sql = `UPDATE agent_schedule SET enabled = false, next_run_at = NULL, paused_reason = $2, updated_at = now() WHERE id = $1`;
    await tx.execute(sql, [id, reason]);
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.execute('DELETE FROM agent_schedule WHERE id = $1', [id]);
  }

  /** Locks schedules whose time has come; what another process works on is left to it. */
  async lockDue(tx: Transaction, limit: number): Promise<DueSchedule[]> {
    const rows = await tx.query<ScheduleRow & { now: Date }>(DUE, [limit]);
    return rows.map((row) => ({ ...toSchedule(row), now: row.now }));
  }

  /** Notes what a time of the schedule led to: a task, or the reason why there is none. */
  async ran(
    tx: Transaction,
    id: string,
    outcome: { nextRunAt: Date | null; taskId: string | null; error: string | null },
  ): Promise<void> {
    await tx.execute(
      `UPDATE agent_schedule SET next_run_at = $2, last_run_at = now(), last_task_id = coalesce($3, last_task_id), last_error = $4
       WHERE id = $1`,
      [id, outcome.nextRunAt, outcome.taskId, outcome.error],
    );
  }

  /** Notes a task that somebody queued beside the times of the schedule. */
  async ranBeside(tx: Transaction, id: string, taskId: string): Promise<void> {
    await tx.execute('UPDATE agent_schedule SET last_task_id = $2 WHERE id = $1', [id, taskId]);
  }

  /** The database's clock, which schedules go by. */
  async now(tx: Transaction): Promise<Date> {
    const [row] = await tx.query<{ now: Date }>('SELECT now() AS now');
    return row?.now ?? new Date(Number.NaN);
  }
}

function valuesOf(definition: ScheduleDefinition): unknown[] {
  const { cron, timeZone, taskDescription, parameters, priority, enabled, overlap } = definition;
  return [cron, timeZone, taskDescription, parameters, priority, enabled, overlap];
}

function toSchedule(row: ScheduleRow): Schedule {
  return {
    id: row.id,
    agent: row.agent,
    cron: row.cron,
    timeZone: row.time_zone,
    taskDescription: row.task_description,
    parameters: row.parameters,
    priority: row.priority,
    enabled: row.enabled,
    overlap: row.overlap,
    ownerId: row.created_by,
    keyId: row.key_id,
    pausedReason: row.paused_reason,
    nextRunAt: row.next_run_at,
    lastRunAt: row.last_run_at,
    lastTaskId: row.last_task_id,
    lastError: row.last_error,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
