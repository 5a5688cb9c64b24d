import { Entity } from 'typeorm';
import { Count, SequenceId, Text } from '#platform/database';
import type { GroupStatus } from '../grouping/group-status.js';

@Entity('error_group_count')
export class ErrorGroupCountEntity {
  @Text()
  status!: GroupStatus;

  @Count()
  groups!: number;

  @SequenceId()
  id!: bigint;
}
