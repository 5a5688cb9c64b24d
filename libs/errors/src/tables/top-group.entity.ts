import { Check, Entity, ForeignKey } from 'typeorm';
import { Count, Instant, Small, Uuid } from '#platform/database';

@Entity('error_top_group')
@Check('error_top_group_hours_check', 'hours IN (1, 24)')
export class TopGroupEntity {
  @Small({ primary: true })
  hours!: number;

  @Instant({ primary: true })
  start!: Date;

  @ForeignKey('ErrorGroupEntity', { onDelete: 'CASCADE' })
  @Uuid({ primary: true })
  groupId!: string;

  @Count()
  count!: number;
}
