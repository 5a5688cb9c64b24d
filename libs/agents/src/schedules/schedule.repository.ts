import { Injectable } from '@nestjs/common';
import { LessThan, type Repository, type SelectQueryBuilder } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { AgentEntity } from '../tables/agent.entity.js';
import { ScheduleEntity } from '../tables/schedule.entity.js';
import type { PauseReason, Schedule, ScheduleDefinition } from './schedule.js';

/** In whose name a schedule runs, and when. */
export interface ScheduleRun {
  readonly ownerId: string;
  readonly keyId: string | null;
  readonly nextRunAt: Date | null;
}

/** Which schedules; everything given must hold. */
export interface ScheduleFilter {
  readonly agent?: string | undefined;
  readonly ownerId?: string | undefined;
}

/** A schedule whose time has come, with the database's clock. */
export interface DueSchedule extends Schedule {
  readonly now: Date;
}

/** Schedules of tasks. */
@Injectable()
export class ScheduleRepository {
  constructor(private readonly database: Database) {}

  async find(id: string): Promise<Schedule | undefined> {
    const [schedule] = await schedulesOf(select(this.database.repository(ScheduleEntity)).where({ id }));
    return schedule;
  }

  /** Keeps others from changing or running it until the transaction ends. */
  async lock(tx: Transaction, id: string): Promise<Schedule | undefined> {
    const builder = select(tx.repository(ScheduleEntity)).where({ id });
    const [schedule] = await schedulesOf(builder.setLock('pessimistic_write', undefined, ['s']));
    return schedule;
  }

  /** Newest first. */
  async list({ agent, ownerId }: ScheduleFilter, before: string | undefined, limit: number): Promise<Schedule[]> {
    const builder = select(this.database.repository(ScheduleEntity)).orderBy('s.id', 'DESC').limit(limit);
    if (before !== undefined) builder.andWhere({ id: LessThan(before) });
    if (ownerId !== undefined) builder.andWhere({ createdBy: ownerId });
    if (agent !== undefined) {
      // By its id an index has them in order; by what is joined they would all be read and sorted.
      const found = await this.database.repository(AgentEntity).findOneBy({ slug: agent });
      if (!found) return [];
      builder.andWhere({ agentId: found.id });
    }
    return schedulesOf(builder);
  }

  async insert(
    tx: Transaction,
    id: string,
    agentId: string,
    definition: ScheduleDefinition,
    run: ScheduleRun,
  ): Promise<void> {
    const madeBy = run.ownerId;
    await tx.insertMany(ScheduleEntity, [{ id, agentId, madeBy, ...columnsOf(definition, run) }]);
  }

  /** Whoever changes it owns it from then on. */
  async update(
    tx: Transaction,
    id: string,
    agentId: string,
    definition: ScheduleDefinition,
    run: ScheduleRun,
  ): Promise<void> {
    const { parameters, ...columns } = columnsOf(definition, run);
    const change = {
      agentId,
      ...columns,
      parameters: parameters as object,
      updatedAt: () => this.database.dialect.now,
      // One that stays off keeps the reason why.
      ...(definition.enabled && { pausedReason: null }),
    };
    await tx.repository(ScheduleEntity).update({ id }, change);
  }

  /** Stops it until somebody switches it on again. */
  async pause(tx: Transaction, id: string, reason: PauseReason): Promise<void> {
    const updatedAt = (): string => this.database.dialect.now;
    const change = { enabled: false, nextRunAt: null, pausedReason: reason, updatedAt };
    await tx.repository(ScheduleEntity).update({ id }, change);
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.repository(ScheduleEntity).delete({ id });
  }

  /** Locks schedules whose time has come; what another process works on is left to it. */
  async lockDue(tx: Transaction, limit: number): Promise<DueSchedule[]> {
    const now = await tx.now();
    const builder = select(tx.repository(ScheduleEntity))
      // Not a parameter: the index has those that are on.
      .where('s.enabled AND s.nextRunAt <= :now AND a.deletedAt IS NULL', { now })
      .orderBy('s.nextRunAt')
      .limit(limit)
      .setLock('pessimistic_write', undefined, ['s'])
      .setOnLocked('skip_locked');
    return (await schedulesOf(builder)).map((schedule) => ({ ...schedule, now }));
  }

  /** Notes what a time of the schedule led to: a task, or the reason why there is none. */
  async ran(
    tx: Transaction,
    id: string,
    { nextRunAt, taskId, error }: { nextRunAt: Date | null; taskId: string | null; error: string | null },
  ): Promise<void> {
    const change = {
      nextRunAt,
      lastRunAt: () => this.database.dialect.now,
      ...(taskId !== null && { lastTaskId: taskId }),
      lastError: error,
    };
    await tx.repository(ScheduleEntity).update({ id }, change);
  }

  /** Notes a task that somebody queued beside the times of the schedule. */
  async ranBeside(tx: Transaction, id: string, taskId: string): Promise<void> {
    await tx.repository(ScheduleEntity).update({ id }, { lastTaskId: taskId });
  }
}

/** Schedules with the slugs of their agents. */
function select(schedules: Repository<ScheduleEntity>): SelectQueryBuilder<ScheduleEntity> {
  return schedules.createQueryBuilder('s').innerJoin(AgentEntity, 'a', 'a.id = s.agentId').addSelect('a.slug', 'agent');
}

async function schedulesOf(builder: SelectQueryBuilder<ScheduleEntity>): Promise<Schedule[]> {
  const { entities, raw } = await builder.getRawAndEntities<{ agent: string }>();
  return entities.map(({ agentId: _agentId, createdBy, madeBy, ...schedule }, index) => ({
    ...schedule,
    createdBy: madeBy,
    ownerId: createdBy,
    agent: raw[index]!.agent,
  }));
}

function columnsOf(
  { cron, timeZone, taskDescription, parameters, priority, enabled, overlap }: ScheduleDefinition,
  { ownerId, keyId, nextRunAt }: ScheduleRun,
): Omit<ScheduleDefinition, 'agent'> & { createdBy: string; keyId: string | null; nextRunAt: Date | null } {
  const definition = { cron, timeZone, taskDescription, parameters, priority, enabled, overlap };
  return { ...definition, nextRunAt, createdBy: ownerId, keyId };
}
