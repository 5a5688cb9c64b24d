import { Check, Entity, Index } from 'typeorm';
import { Count, Instant, JsonByLetter, Text } from '#platform/database';
import type { Manifest } from '../periods/manifest.js';

@Entity('finance_period')
@Index('finance_period_block', ['blockNumber'], { type: 'brin' })
@Check('finance_period_month_check', "month ~ '^\\d{4}-\\d{2}$'")
export class PeriodEntity {
  @Text({ primary: true })
  month!: string;

  @JsonByLetter()
  manifest!: Manifest;

  @Instant()
  closedAt!: Date;

  @Count({ nullable: true })
  blockNumber!: number | null;
}
