import { Check, Entity, ForeignKey, Index } from 'typeorm';
import { Count, Flag, Id, Instant, Json, Money, Real, Small, Text, Uuid, UuidList, Whole } from '#platform/database';
import type { TaskState } from '../tasks/task-state.js';
import type { JsonObject, TaskFailure } from '../tasks/task.js';

@Entity('agent_task')
@Index('agent_task_agent_state_idx', ['agentId', 'state', 'id'])
@Index('agent_task_agent_ended_idx', ['agentId', 'state', 'finishedAt', 'id'], { where: 'finished_at IS NOT NULL' })
@Index('agent_task_approval_idx', ['agentId', 'id'], { where: "state = 'waiting_approval'" })
@Index('agent_task_correlation', ['correlationId', 'id'], { where: 'correlation_id IS NOT NULL' })
@Index('agent_task_ended_idx', ['state', 'finishedAt', 'id'], { where: 'finished_at IS NOT NULL' })
@Index('agent_task_expiry_idx', ['expiresAt'], {
  where: "(expires_at IS NOT NULL) AND (state IN ('queued', 'waiting_approval'))",
})
@Index('agent_task_failed_idx', ['id'], { where: "state IN ('failed', 'dead')" })
@Index('agent_task_held_idx', ['agentId'], { where: "state IN ('leased', 'running')" })
@Index('agent_task_maker_ended_idx', ['createdBy', 'agentId', 'state', 'finishedAt', 'id'], {
  where: 'finished_at IS NOT NULL',
})
@Index('agent_task_maker_idx', ['createdBy', 'agentId', 'state', 'id'])
@Index('agent_task_queue_idx', ['agentId', 'rankAt', 'id'], { where: "state = 'queued'" })
@Index('agent_task_schedule_idx', ['scheduleId', 'createdBy', 'agentId', 'state', 'id'], {
  where: 'schedule_id IS NOT NULL',
})
@Check('agent_task_check', "(state IN ('leased', 'running')) = (lease_token IS NOT NULL)")
@Check('agent_task_estimate_micros_check', 'estimate_micros >= 0')
@Check('agent_task_estimate_tokens_check', 'estimate_tokens >= 0')
@Check('agent_task_max_cost_micros_check', 'max_cost_micros >= 0')
@Check('agent_task_max_tokens_check', 'max_tokens >= 0')
@Check('agent_task_priority_check', '(priority >= 1) AND (priority <= 10)')
@Check(
  'agent_task_state_check',
  "state IN ('queued', 'leased', 'running', 'waiting_approval', 'succeeded', 'failed', 'cancelled', 'dead')",
)
export class TaskEntity {
  @Id()
  id!: string;

  @ForeignKey('AgentEntity')
  @Uuid()
  agentId!: string;

  @Text()
  state!: TaskState;

  @Small()
  priority!: number;

  @Whole({ default: 0 })
  attempt!: number;

  @Whole()
  maxAttempts!: number;

  @Whole()
  timeoutSeconds!: number;

  @Text({ nullable: true })
  taskDescription!: string | null;

  @Json({ default: {} })
  parameters!: JsonObject;

  @Json({ nullable: true })
  output!: unknown;

  @Json({ nullable: true })
  error!: TaskFailure | null;

  @Json({ nullable: true })
  progress!: unknown;

  @Count({ default: 0 })
  tokensIn!: number;

  @Count({ default: 0 })
  tokensOut!: number;

  @Money({ default: 0 })
  costMicros!: bigint;

  @Uuid({ nullable: true })
  batchId!: string | null;

  @UuidList({ default: [] })
  dependsOn!: string[];

  @Whole({ default: 0 })
  dependsLeft!: number;

  @Text()
  createdBy!: string;

  @Text({ nullable: true })
  correlationId!: string | null;

  @Text({ nullable: true })
  traceparent!: string | null;

  @Instant({ default: () => 'now()' })
  createdAt!: Date;

  @Instant({ default: () => 'now()' })
  queuedAt!: Date;

  @Instant({ default: () => 'now()' })
  runAt!: Date;

  @Instant({ default: () => 'now()' })
  rankAt!: Date;

  @Instant({ nullable: true })
  startedAt!: Date | null;

  @Instant({ nullable: true })
  finishedAt!: Date | null;

  @Instant({ nullable: true })
  deadlineAt!: Date | null;

  @Instant({ nullable: true })
  cancelRequestedAt!: Date | null;

  @Instant({ nullable: true })
  cancelAcknowledgedAt!: Date | null;

  @Instant({ nullable: true })
  stoppedAt!: Date | null;

  @Uuid({ nullable: true })
  leaseToken!: string | null;

  @Instant({ nullable: true })
  leaseExpiresAt!: Date | null;

  @Uuid({ nullable: true })
  workerId!: string | null;

  @Flag({ default: false })
  awaitsCallback!: boolean;

  @Instant({ nullable: true })
  expiresAt!: Date | null;

  @Flag({ default: false })
  hasDependents!: boolean;

  @Money({ nullable: true })
  maxCostMicros!: bigint | null;

  @Count({ nullable: true })
  maxTokens!: number | null;

  @Money({ nullable: true })
  estimateMicros!: bigint | null;

  @Count({ nullable: true })
  estimateTokens!: number | null;

  @Instant({ nullable: true })
  approvedAt!: Date | null;

  @Text({ nullable: true })
  approvedBy!: string | null;

  @Uuid({ nullable: true })
  endedLeaseToken!: string | null;

  @Json({ nullable: true })
  attemptUsage!: { tokensIn: number; tokensOut: number; costMicros: string } | null;

  @Whole({ default: 0 })
  workerEventSeq!: number;

  @Real({ nullable: true })
  leaseSeconds!: number | null;

  @Uuid({ nullable: true })
  scheduleId!: string | null;

  /** What the history of its agent has of its earlier lives: it adds only what comes on top. `null`: nothing. */
  @Count({ nullable: true })
  countedTokens!: number | null;

  @Money({ nullable: true })
  countedCostMicros!: bigint | null;
}
