import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { CursorCodec } from '#platform/http';
import { type KeyedRequest, KeyedRequests } from '#platform/idempotency';
import { Ids, type Page, pageOf } from '#platform/kernel';
import { AuditTrail, type Principal } from '#platform/security';
import { ScheduleNotFoundException } from '../tasks/agents.exceptions.js';
import type { Schedule, ScheduleDefinition } from './schedule.js';
import { AgentRepository } from '../registry/agent.repository.js';
import { nextTimes } from './schedule-times.js';
import { type ScheduleFilter, ScheduleRepository, type ScheduleRun } from './schedule.repository.js';
import { ScheduleTaskService } from './schedule-task.service.js';
import { demandRole } from '../registry/agent-access.js';

const LIST = 'schedules:id';

/** Makes, changes and removes schedules. Whoever does so must be allowed to give the agent work. */
@Injectable()
export class ScheduleRegistryService {
  constructor(
    private readonly database: Database,
    private readonly requests: KeyedRequests,
    private readonly agents: AgentRepository,
    private readonly schedules: ScheduleRepository,
    private readonly tasks: ScheduleTaskService,
    private readonly audit: AuditTrail,
    private readonly cursors: CursorCodec,
    private readonly ids: Ids,
  ) {}

  /** @throws ScheduleNotFoundException */
  async get(id: string): Promise<Schedule> {
    const schedule = await this.schedules.find(id);
    if (!schedule) throw new ScheduleNotFoundException();
    return schedule;
  }

  /** Newest first, a page at a time. */
  async list(filter: ScheduleFilter, limit: number, cursor: string | undefined): Promise<Page<Schedule>> {
    const [before] = (this.cursors.decode(LIST, cursor) ?? []).map(String);
    const rows = await this.schedules.list(filter, before, limit + 1);
    return pageOf(rows, limit, ({ id }) => this.cursors.encode(LIST, [id]));
  }

  /**
   * The next times that a schedule would have, from now on by the database's clock.
   *
   * @throws ValidationException when the expression or the time zone is not valid, or it names no time at all
   */
  async times(cron: string, timeZone: string, count: number): Promise<Date[]> {
    return nextTimes({ cron, timeZone }, await this.database.now(), count);
  }

  /**
   * @param show what is answered
   * @throws AgentNotFoundException, AgentRoleRequiredException, AgentNotRunnableException, ParametersTooLargeException
   * @throws ValidationException when the expression or the time zone is not valid
   */
  create<A>(
    request: KeyedRequest,
    definition: ScheduleDefinition,
    principal: Principal,
    show: (schedule: Schedule) => A,
  ): Promise<A> {
    return this.requests.once(request, async (tx) => {
      const id = this.ids.next();
      const agentId = await this.check(definition, principal);
      await this.schedules.insert(tx, id, agentId, definition, await this.runOf(tx, definition, principal));
      await this.note(tx, 'created', id, definition, { cron: definition.cron, timeZone: definition.timeZone });
      const schedule = await this.schedules.lock(tx, id);
      if (!schedule) throw new ScheduleNotFoundException();
      return show(schedule);
    });
  }

  /**
   * Changes a schedule; what is absent stays. Whoever changes it owns it from then on: its tasks are his.
   *
   * @throws ScheduleNotFoundException, and what `create` throws
   */
  async change(id: string, changes: Partial<ScheduleDefinition>, principal: Principal): Promise<Schedule> {
    await this.database.transaction(async (tx) => {
      const before = await this.schedules.lock(tx, id);
      if (!before) throw new ScheduleNotFoundException();
      await this.demandRole(before, principal);
      const definition = { ...before, ...changes };
      const agentId = await this.check(definition, principal);
      await this.schedules.update(tx, id, agentId, definition, await this.runOf(tx, definition, principal));
      const { ownerId } = before;
      const details = {
        changed: Object.keys(changes),
        enabled: definition.enabled,
        ...(ownerId !== principal.id && { formerOwner: ownerId }),
      };
      await this.note(tx, 'changed', id, definition, details);
    });
    return this.get(id);
  }

  /**
   * Queues its task now, in the caller's name and whatever became of the one before; its times stay as they are.
   *
   * @returns the id of the task
   * @throws ScheduleNotFoundException, and what giving the agent work throws
   */
  async run(id: string, principal: Principal): Promise<string> {
    const taskId = await this.database.transaction(async (tx) => {
      const schedule = await this.schedules.lock(tx, id);
      if (!schedule) throw new ScheduleNotFoundException();
      const queued = await this.tasks.now(tx, schedule, principal);
      await this.schedules.ranBeside(tx, id, queued);
      await this.note(tx, 'run', id, schedule, { taskId: queued });
      return queued;
    });
    this.tasks.announce([]);
    return taskId;
  }

  /** Its tasks stay. @throws ScheduleNotFoundException, AgentRoleRequiredException */
  async remove(id: string, principal: Principal): Promise<void> {
    await this.database.transaction(async (tx) => {
      const schedule = await this.schedules.lock(tx, id);
      if (!schedule) throw new ScheduleNotFoundException();
      await this.demandRole(schedule, principal);
      await this.schedules.delete(tx, id);
      await this.note(tx, 'deleted', id, schedule);
    });
  }

  private async runOf(
    tx: Transaction,
    definition: ScheduleDefinition,
    { id, credential }: Principal,
  ): Promise<ScheduleRun> {
    const nextRunAt = nextRunOf(definition, await tx.now());
    return { ownerId: id, keyId: credential.kind === 'session' ? null : credential.id, nextRunAt };
  }

  private async note(
    tx: Transaction,
    verb: string,
    scheduleId: string,
    { agent }: ScheduleDefinition,
    more: object = {},
  ): Promise<void> {
    await this.audit.record(tx, { action: `schedule.${verb}`, details: { scheduleId, agent, ...more } });
  }

  /** @returns the id of the agent */
  private async check(definition: ScheduleDefinition, principal: Principal): Promise<string> {
    return (await this.tasks.check(definition, principal)).agent.id;
  }

  private async demandRole({ agent }: Schedule, principal: Principal): Promise<void> {
    const found = await this.agents.find(agent);
    if (found) demandRole(found, principal);
  }
}

/** @throws ValidationException when the expression or the time zone is not valid, or names no time */
function nextRunOf(definition: ScheduleDefinition, now: Date): Date | null {
  const [next = null] = nextTimes(definition, now, 1);
  return definition.enabled ? next : null;
}
