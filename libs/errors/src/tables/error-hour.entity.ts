import { Entity } from 'typeorm';
import { Count, Instant, Text } from '#platform/database';

@Entity('error_hour')
export class ErrorHourEntity {
  @Instant({ primary: true })
  hour!: Date;

  @Text({ primary: true })
  service!: string;

  @Text({ primary: true })
  severity!: string;

  @Text({ primary: true })
  category!: string;

  @Count()
  count!: number;
}
