import { Entity } from 'typeorm';
import { Count, Instant, Text } from '#platform/database';

@Entity('error_day')
export class ErrorDayEntity {
  @Instant({ primary: true })
  day!: Date;

  @Text({ primary: true })
  service!: string;

  @Text({ primary: true })
  severity!: string;

  @Text({ primary: true })
  category!: string;

  @Count()
  count!: number;
}
