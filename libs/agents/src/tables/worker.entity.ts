import { Check, Entity, Index } from 'typeorm';
import { Id, Instant, Text, TextList, Uuid, Whole } from '#platform/database';

@Entity('agent_worker')
@Index('agent_worker_owner_idx', ['ownerId', 'id'])
@Index('agent_worker_seen_idx', ['lastSeenAt'])
@Check('agent_worker_slots_check', 'slots > 0')
export class WorkerEntity {
  @Id()
  id!: string;

  @Text()
  ownerId!: string;

  @Text()
  name!: string;

  @TextList()
  agents!: string[];

  @Whole()
  slots!: number;

  @Text({ nullable: true })
  runtime!: string | null;

  @Instant({ default: () => 'now()' })
  registeredAt!: Date;

  @Instant({ default: () => 'now()' })
  lastSeenAt!: Date;

  @Uuid({ nullable: true })
  credentialId!: string | null;
}
