import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { RepeatedWork } from '#platform/jobs';
import { AppException, Ids, runInContext } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { AuditTrail, UserStanding } from '#platform/security';
import { AgentRoleRequiredException } from '../tasks/agents.exceptions.js';
import type { PauseReason } from './schedule.js';
import { nextTime } from './cron-times.js';
import { type DueSchedule, ScheduleRepository } from './schedule.repository.js';
import { ScheduleTaskService } from './schedule-task.service.js';
import type { Stopped } from '../queue/task-cancellation.service.js';

const EVERY_MS = 1_000;

/** Schedules served in one transaction. */
const AT_ONCE = 20;

/**
 * Queues the tasks of schedules. Task and next time are committed together, so that each time leads to one task however many
 * processes look. Times that passed while nobody looked lead to one task together. A schedule whose owner may not give the agent
 * work any more pauses.
 */
@Injectable()
export class TaskSchedulerService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly looks = new RepeatedWork(
    EVERY_MS,
    () => this.serveAll(),
    (error) =>
      this.logger.warn(`Cannot serve schedules: ${error instanceof Error ? error.message : String(error)}`, 'Agents'),
  );

  constructor(
    private readonly database: Database,
    private readonly schedules: ScheduleRepository,
    private readonly tasks: ScheduleTaskService,
    private readonly users: UserStanding,
    private readonly audit: AuditTrail,
    private readonly ids: Ids,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.looks.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.looks.stop();
  }

  private async serveAll(): Promise<void> {
    while ((await this.serveSome()) === AT_ONCE);
  }

  /** @returns how many schedules were due */
  private async serveSome(): Promise<number> {
    const stopped: Stopped[] = [];
    const served = await this.database.transaction(async (tx) => {
      stopped.length = 0;
      const due = await this.schedules.lockDue(tx, AT_ONCE);
      const paused: [DueSchedule, PauseReason][] = [];
      for (const schedule of due) {
        const why = await runInContext({ correlationId: this.ids.next() }, () => this.serve(tx, schedule, stopped));
        if (why) paused.push([schedule, why]);
      }
      // Last, as everybody who audits anything waits from then on.
      for (const [schedule, why] of paused) await this.pause(tx, schedule, why);
      return due.length;
    });
    if (served > 0) this.tasks.announce(stopped);
    return served;
  }

  /**
   * @param stopped gets the tasks that are stopped for it
   * @returns why the schedule has to pause, if it has to
   */
  private async serve(tx: Transaction, schedule: DueSchedule, stopped: Stopped[]): Promise<PauseReason | undefined> {
    const { ownerId } = schedule;
    const standing = await this.users.of(ownerId, schedule.keyId);
    if ('lost' in standing) return standing.lost;
    const nextRunAt = nextRunOf(schedule);
    try {
      const caller = { id: ownerId, role: standing.role, credential: { id: schedule.id } };
      const outcome = await this.tasks.onTime(tx, schedule, caller);
      stopped.push(outcome.stopped);
      await this.schedules.ran(tx, schedule.id, { nextRunAt, taskId: outcome.taskId, error: outcome.error });
    } catch (error) {
      // Only what is refused before anything is written leaves the transaction usable.
      if (error instanceof AgentRoleRequiredException) return 'role_too_low';
      if (!(error instanceof AppException)) throw error;
      await this.schedules.ran(tx, schedule.id, { nextRunAt, taskId: null, error: error.message });
    }
    return undefined;
  }

  private async pause(tx: Transaction, { id, agent, ownerId }: DueSchedule, reason: PauseReason): Promise<void> {
    await this.schedules.pause(tx, id, reason);
    const details = { scheduleId: id, agent, reason };
    await this.audit.record(tx, { action: 'schedule.paused', subjectId: ownerId, details });
    this.logger.warn(`The schedule ${id} of ${agent} paused itself: ${reason}`, 'Agents', details);
  }
}

/** It was valid when it was made; should the zone have vanished since, this schedule ends and not all of them. */
function nextRunOf({ cron, timeZone, now }: DueSchedule): Date | null {
  try {
    return nextTime(cron, timeZone, now);
  } catch {
    return null;
  }
}
