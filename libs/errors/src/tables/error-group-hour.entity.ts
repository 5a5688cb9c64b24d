import { Entity, ForeignKey, Index } from 'typeorm';
import { Count, Instant, Text, Uuid } from '#platform/database';
import type { ErrorCategory, Severity } from '#platform/kernel';

@Entity('error_group_hour')
@Index('error_group_hour_by_group', ['groupId', 'severity'])
export class ErrorGroupHourEntity {
  @ForeignKey('ErrorGroupEntity', { onDelete: 'CASCADE' })
  @Uuid({ primary: true })
  groupId!: string;

  @Instant({ primary: true })
  hour!: Date;

  @Text({ primary: true })
  severity!: Severity;

  @Text({ primary: true })
  category!: ErrorCategory;

  @Count()
  count!: number;
}
