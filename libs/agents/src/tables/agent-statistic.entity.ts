import { Entity, ForeignKey } from 'typeorm';
import { Count, Day, Instant, Money, Small, Uuid } from '#platform/database';

@Entity('agent_statistic')
export class AgentStatisticEntity {
  @ForeignKey('AgentEntity')
  @Uuid({ primary: true })
  agentId!: string;

  @Small({ primary: true })
  slot!: number;

  @Count({ default: 0 })
  enqueued!: number;

  @Count({ default: 0 })
  succeeded!: number;

  @Count({ default: 0 })
  failed!: number;

  @Count({ default: 0 })
  cancelled!: number;

  @Count({ default: 0 })
  durationMs!: number;

  @Count({ default: 0 })
  tokens!: number;

  @Money({ default: 0 })
  costMicros!: bigint;

  @Day()
  day!: string;

  @Count({ default: 0 })
  dayTokens!: number;

  @Money({ default: 0 })
  dayCostMicros!: bigint;

  @Instant({ nullable: true })
  lastActiveAt!: Date | null;
}
