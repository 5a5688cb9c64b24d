import { Check, Entity, ForeignKey, Index } from 'typeorm';
import { Flag, Id, Instant, Json, Small, Text, Uuid } from '#platform/database';
import type { Overlap, PauseReason } from '../schedules/schedule.js';
import type { JsonObject } from '../tasks/task.js';

@Entity('agent_schedule')
@Index('agent_schedule_agent_idx', ['agentId', 'id'])
@Index('agent_schedule_due_idx', ['nextRunAt'], { where: 'enabled' })
@Index('agent_schedule_last_task_idx', ['lastTaskId'])
@Index('agent_schedule_owner_agent_idx', ['createdBy', 'agentId', 'id'])
@Index('agent_schedule_owner_idx', ['createdBy', 'id'])
@Check('agent_schedule_overlap_check', "overlap IN ('skip', 'queue', 'cancel_previous')")
@Check('agent_schedule_paused', '(paused_reason IS NULL) OR (NOT enabled)')
@Check(
  'agent_schedule_paused_reason_check',
  "paused_reason IN ('user_deleted', 'user_inactive', 'key_ended', 'role_too_low')",
)
@Check('agent_schedule_priority_check', '(priority >= 1) AND (priority <= 10)')
export class ScheduleEntity {
  @Id()
  id!: string;

  @ForeignKey('AgentEntity')
  @Uuid()
  agentId!: string;

  @Text()
  cron!: string;

  @Text()
  timeZone!: string;

  @Text({ nullable: true })
  taskDescription!: string | null;

  @Json()
  parameters!: JsonObject;

  @Small()
  priority!: number;

  @Flag()
  enabled!: boolean;

  @Text()
  createdBy!: string;

  @Instant({ nullable: true })
  nextRunAt!: Date | null;

  @Instant({ nullable: true })
  lastRunAt!: Date | null;

  @ForeignKey('TaskEntity', { onDelete: 'SET NULL' })
  @Uuid({ nullable: true })
  lastTaskId!: string | null;

  @Text({ nullable: true })
  lastError!: string | null;

  @Instant({ default: () => 'now()' })
  createdAt!: Date;

  @Instant({ default: () => 'now()' })
  updatedAt!: Date;

  @Uuid({ nullable: true })
  keyId!: string | null;

  @Text({ nullable: true })
  pausedReason!: PauseReason | null;

  @Text({ default: 'skip' })
  overlap!: Overlap;

  /** Who made it; `createdBy` is whose it is now. */
  @Text({ nullable: true })
  madeBy!: string | null;
}
