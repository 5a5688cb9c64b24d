import { Entity } from 'typeorm';
import { Counter, Day, Sum, Text } from '#platform/database';

@Entity('finance_daily')
export class DailyEntity {
  @Counter({ primary: true })
  accountId!: bigint;

  @Day({ primary: true })
  day!: string;

  @Text({ primary: true })
  channel!: string;

  @Sum()
  debits!: bigint;

  @Sum()
  credits!: bigint;
}
