import { Entity } from 'typeorm';
import { Instant, Text } from '#platform/database';

@Entity('agent_history_mark')
export class HistoryMarkEntity {
  @Text({ primary: true })
  name!: string;

  /** What ended before is counted. */
  @Instant()
  at!: Date;
}
