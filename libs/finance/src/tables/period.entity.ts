import { Check, Entity, Index } from 'typeorm';
import { Counter, Instant, JsonByLetter, Text } from '#platform/database';

@Entity('finance_period')
@Index('finance_period_block', ['blockNumber'], { type: 'brin' })
@Check('finance_period_month_check', "month ~ '^\\d{4}-\\d{2}$'")
export class PeriodEntity {
  @Text({ primary: true })
  month!: string;

  @JsonByLetter()
  manifest!: object;

  @Instant()
  closedAt!: Date;

  @Counter({ nullable: true })
  blockNumber!: bigint | null;
}
