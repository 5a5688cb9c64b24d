import { Entity } from 'typeorm';
import { Count, SequenceId, Text } from '#platform/database';
import type { ErrorGroupEntity } from './error-group.entity.js';

@Entity('error_group_count')
export class ErrorGroupCountEntity {
  @Text()
  status!: ErrorGroupEntity['status'];

  @Count()
  groups!: number;

  @SequenceId()
  id!: bigint;
}
