import type { JsonObject } from './task.js';

/** What a schedule queues, and when. */
export interface ScheduleDefinition {
  /** Slug. */
  readonly agent: string;
  /** Five fields, as in crontab(5). */
  readonly cron: string;
  /** A name of the IANA database. */
  readonly timeZone: string;
  readonly taskDescription: string | null;
  readonly parameters: JsonObject;
  /** 1 to 10, of the tasks. */
  readonly priority: number;
  readonly enabled: boolean;
}

/** A schedule with what came of it so far. */
export interface Schedule extends ScheduleDefinition {
  readonly id: string;
  readonly createdBy: string;
  /** `null` while it is off. */
  readonly nextRunAt: Date | null;
  readonly lastRunAt: Date | null;
  readonly lastTaskId: string | null;
  /** Why its last time led to no task. */
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
