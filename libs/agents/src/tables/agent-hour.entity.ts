import { Entity, ForeignKey } from 'typeorm';
import { Count, Instant, Json, Money, Uuid } from '#platform/database';

@Entity('agent_hour')
export class AgentHourEntity {
  @ForeignKey('AgentEntity')
  @Uuid({ primary: true })
  agentId!: string;

  /** Its first instant. */
  @Instant({ primary: true })
  hour!: Date;

  @Count()
  runs!: number;

  @Count()
  failures!: number;

  @Count()
  tokens!: number;

  @Money()
  costMicros!: bigint;

  /** Runs by the slots of `slotOf`. */
  @Json()
  durations!: Record<string, number>;
}
