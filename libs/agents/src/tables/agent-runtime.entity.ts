import { Check, Entity, ForeignKey } from 'typeorm';
import { Id, Instant, Real, Small, Text, Whole } from '#platform/database';
import type { ResultStatus } from '../registry/agent.js';

@Entity('agent_runtime')
@Check('agent_runtime_rated_attempts_check', 'rated_attempts >= 0')
@Check('agent_runtime_status_check', "status IN ('healthy', 'degraded', 'recovering', 'failed', 'initializing')")
@Check(
  'agent_runtime_success_rate_check',
  '(success_rate >= (0)::double precision) AND (success_rate <= (1)::double precision)',
)
export class AgentRuntimeEntity {
  @ForeignKey('AgentEntity')
  @Id()
  agentId!: string;

  @Text({ default: 'initializing' })
  status!: ResultStatus;

  @Real({ nullable: true })
  successRate!: number | null;

  @Whole({ default: 0 })
  consecutiveFailures!: number;

  @Instant({ nullable: true })
  circuitOpenUntil!: Date | null;

  @Instant({ nullable: true })
  pausedAt!: Date | null;

  @Instant({ nullable: true })
  rateWindowStart!: Date | null;

  @Whole({ default: 0 })
  rateWindowUsed!: number;

  @Instant({ nullable: true })
  workerSeenAt!: Date | null;

  @Instant({ nullable: true })
  heldUntil!: Date | null;

  @Small({ default: 0 })
  ratedAttempts!: number;

  @Text({ nullable: true })
  pausedBy!: string | null;
}
