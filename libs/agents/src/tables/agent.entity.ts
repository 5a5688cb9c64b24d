import { Check, Entity, Index, Unique } from 'typeorm';
import { Count, Id, Instant, Json, Money, Small, Text, TextList, Whole } from '#platform/database';
import type { AgentKind } from '../runners/agent-kinds.js';
import type { ExecutorRole } from '../tasks/task-access.js';
import type { JsonObject } from '../tasks/task.js';

@Entity('agent')
@Index('agent_capability_idx', ['capabilities'], { type: 'gin' })
@Check('agent_check', '(rate_limit IS NULL) = (rate_window_seconds IS NULL)')
@Check('agent_concurrency_check', '(concurrency >= 1) AND (concurrency <= 1000)')
@Check('agent_daily_cost_micros_check', 'daily_cost_micros >= 0')
@Check('agent_initial_delay_ms_check', 'initial_delay_ms >= 0')
@Check('agent_kind_check', "kind IN ('http', 'worker', 'llm', 'internal')")
@Check('agent_max_attempts_check', '(max_attempts >= 1) AND (max_attempts <= 100)')
@Check('agent_max_cost_micros_check', 'max_cost_micros >= 0')
@Check('agent_max_delay_ms_check', 'max_delay_ms >= 0')
@Check('agent_max_tokens_check', 'max_tokens >= 0')
@Check('agent_minimum_role_check', "minimum_role IN ('API_USER', 'DEVELOPER', 'ADMIN', 'SUPER_ADMIN')")
@Check('agent_priority_check', '(priority >= 1) AND (priority <= 4)')
@Check('agent_rate_limit_check', 'rate_limit >= 1')
@Check('agent_rate_window_seconds_check', 'rate_window_seconds >= 1')
@Unique('agent_slug_unique', ['slug'])
@Check('agent_timeout_seconds_check', '(timeout_seconds >= 1) AND (timeout_seconds <= 86400)')
export class AgentEntity {
  @Id()
  id!: string;

  @Text()
  slug!: string;

  @Text()
  name!: string;

  @Text({ default: '' })
  description!: string;

  @Text()
  category!: string;

  @Text()
  kind!: AgentKind;

  @TextList({ default: [] })
  capabilities!: string[];

  @TextList({ default: [] })
  dependencies!: string[];

  @Small({ default: 3 })
  priority!: number;

  @Text({ default: 'API_USER' })
  minimumRole!: ExecutorRole;

  @Whole({ default: 5 })
  concurrency!: number;

  @Whole({ nullable: true })
  rateLimit!: number | null;

  @Whole({ nullable: true })
  rateWindowSeconds!: number | null;

  @Whole({ default: 300 })
  timeoutSeconds!: number;

  @Whole({ default: 3 })
  maxAttempts!: number;

  @Whole({ default: 1000 })
  initialDelayMs!: number;

  @Whole({ default: 60000 })
  maxDelayMs!: number;

  @Money({ nullable: true })
  maxCostMicros!: bigint | null;

  @Money({ nullable: true })
  dailyCostMicros!: bigint | null;

  @Count({ nullable: true })
  maxTokens!: number | null;

  @Json({ default: {} })
  config!: JsonObject;

  @Text({ nullable: true })
  encryptedSecret!: string | null;

  @Text({ default: '1.0.0' })
  version!: string;

  @Instant({ default: () => 'now()' })
  createdAt!: Date;

  @Instant({ default: () => 'now()' })
  updatedAt!: Date;

  @Instant({ nullable: true })
  deletedAt!: Date | null;
}
