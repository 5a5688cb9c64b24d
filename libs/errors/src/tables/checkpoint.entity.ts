import { Entity } from 'typeorm';
import { Count, Instant, Text } from '#platform/database';

@Entity('error_checkpoint')
export class CheckpointEntity {
  @Text({ primary: true })
  file!: string;

  @Text()
  runId!: string;

  @Count()
  byteOffset!: number;

  @Instant({ default: () => 'now()' })
  updatedAt!: Date;
}
