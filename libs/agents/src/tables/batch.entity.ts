import { Entity, Index } from 'typeorm';
import { Id, Instant, Json, Text } from '#platform/database';

@Entity('agent_batch')
@Index('agent_batch_created_idx', ['createdAt', 'id'])
export class BatchEntity {
  @Id()
  id!: string;

  @Text()
  createdBy!: string;

  @Json()
  operations!: object;

  @Instant({ default: () => 'now()' })
  createdAt!: Date;
}
