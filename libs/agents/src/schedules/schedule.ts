import type { JsonObject } from '../tasks/task.js';

/** What a time of a schedule does while the task of the time before has not ended: nothing, all the same, or after stopping it. */
export const OVERLAPS = ['skip', 'queue', 'cancel_previous'] as const;
export type Overlap = (typeof OVERLAPS)[number];

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
  readonly overlap: Overlap;
}

/** Why a schedule paused itself: its owner is gone or switched off, his key ended, or the agent needs a higher role than is left. */
export const PAUSE_REASONS = ['user_deleted', 'user_inactive', 'key_ended', 'role_too_low'] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

/** A schedule with what came of it so far. */
export interface Schedule extends ScheduleDefinition {
  readonly id: string;
  /** Who made it; `null` of one from before that was kept which somebody changed since. */
  readonly createdBy: string | null;
  /** In whose name its tasks are queued: who made or last changed it. */
  readonly ownerId: string;
  /** The key by which he did so; `null` when he did so himself. */
  readonly keyId: string | null;
  /** `null` when a person switched it off, or it is on. */
  readonly pausedReason: PauseReason | null;
  /** `null` while it is off. */
  readonly nextRunAt: Date | null;
  readonly lastRunAt: Date | null;
  readonly lastTaskId: string | null;
  /** Why its last time led to no task. */
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
