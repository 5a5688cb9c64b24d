import { Entity, ForeignKey } from 'typeorm';
import { Count, Instant, Uuid } from '#platform/database';

@Entity('error_group_day')
export class ErrorGroupDayEntity {
  @Instant({ primary: true })
  day!: Date;

  @ForeignKey('ErrorGroupEntity', { onDelete: 'CASCADE' })
  @Uuid({ primary: true })
  groupId!: string;

  @Count()
  count!: number;
}
