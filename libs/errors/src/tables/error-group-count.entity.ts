import { Entity } from 'typeorm';
import { Count, SequenceId, Text } from '#platform/database';

@Entity('error_group_count')
export class ErrorGroupCountEntity {
  @Text()
  status!: string;

  @Count()
  groups!: number;

  @SequenceId()
  id!: bigint;
}
