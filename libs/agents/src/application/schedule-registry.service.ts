import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { CursorCodec } from '#platform/http';
import { Ids, type Page, pageOf, ValidationError } from '#platform/kernel';
import type { Principal } from '#platform/security';
import { ScheduleNotFoundError } from '../domain/agents.exceptions.js';
import type { Schedule, ScheduleDefinition } from '../domain/schedule.js';
import { AgentRepository } from '../infrastructure/agent.repository.js';
import { nextTime } from '../infrastructure/cron-times.js';
import { ScheduleRepository } from '../infrastructure/schedule.repository.js';
import { demandRole, TaskEnqueue } from './task-enqueue.service.js';

const LIST = 'schedules:id';

/** Makes, changes and removes schedules. Whoever does so must be allowed to give the agent work. */
@Injectable()
export class ScheduleRegistry {
  constructor(
    private readonly database: Database,
    private readonly agents: AgentRepository,
    private readonly schedules: ScheduleRepository,
    private readonly enqueue: TaskEnqueue,
    private readonly cursors: CursorCodec,
    private readonly ids: Ids,
  ) {}

  /** @throws ScheduleNotFoundError */
  async get(id: string): Promise<Schedule> {
    const schedule = await this.schedules.find(id);
    if (!schedule) throw new ScheduleNotFoundError();
    return schedule;
  }

  /** Newest first, a page at a time. */
  async list(limit: number, cursor: string | undefined): Promise<Page<Schedule>> {
    const [before] = this.cursors.decode(LIST, cursor) ?? [];
    const rows = await this.schedules.list(before === undefined ? undefined : String(before), limit + 1);
    return pageOf(rows, limit, ({ id }) => this.cursors.encode(LIST, [id]));
  }

  /**
   * @throws AgentNotFoundError, AgentRoleRequiredError, AgentNotRunnableError, ParametersTooLargeError
   * @throws ValidationError when the expression or the time zone is not valid
   */
  async create(definition: ScheduleDefinition, principal: Principal): Promise<Schedule> {
    const id = this.ids.next();
    const agentId = await this.check(definition, principal);
    await this.database.transaction(async (tx) => {
      const nextRunAt = nextRunOf(definition, await this.schedules.now(tx));
      await this.schedules.insert(tx, id, agentId, definition, { createdBy: principal.id, nextRunAt });
    });
    return this.get(id);
  }

  /** Changes a schedule; what is absent stays. @throws ScheduleNotFoundError, and what `create` throws */
  async change(id: string, changes: Partial<ScheduleDefinition>, principal: Principal): Promise<Schedule> {
    await this.database.transaction(async (tx) => {
      const before = await this.schedules.lock(tx, id);
      if (!before) throw new ScheduleNotFoundError();
      await this.demandRole(before, principal);
      const definition = { ...before, ...changes };
      const agentId = await this.check(definition, principal);
      await this.schedules.update(tx, id, agentId, definition, nextRunOf(definition, await this.schedules.now(tx)));
    });
    return this.get(id);
  }

  /** Its tasks stay. @throws ScheduleNotFoundError, AgentRoleRequiredError */
  async remove(id: string, principal: Principal): Promise<void> {
    await this.database.transaction(async (tx) => {
      const schedule = await this.schedules.lock(tx, id);
      if (!schedule) throw new ScheduleNotFoundError();
      await this.demandRole(schedule, principal);
      await this.schedules.delete(tx, id);
    });
  }

  /** @returns the id of the agent */
  private async check(definition: ScheduleDefinition, principal: Principal): Promise<string> {
    const { agent, parameters, priority } = definition;
    const checked = this.enqueue.check({ agent, parameters, priority }, await this.agents.find(agent), principal);
    return checked.agent.id;
  }

  private async demandRole({ agent }: Schedule, principal: Principal): Promise<void> {
    const found = await this.agents.find(agent);
    if (found) demandRole(found, principal);
  }
}

/** @throws ValidationError when the expression or the time zone is not valid, or names no time */
function nextRunOf({ cron, timeZone, enabled }: ScheduleDefinition, now: Date): Date | null {
  try {
    const next = nextTime(cron, timeZone, now);
    return enabled ? next : null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const path = /time ?zone/i.test(message) ? 'timeZone' : 'cron';
    throw new ValidationError('The schedule is not valid', {
      details: { errors: [{ path, message, code: path }] },
    });
  }
}
