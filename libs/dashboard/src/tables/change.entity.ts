import { Check, Entity } from 'typeorm';
import { Instant, SequenceId, Text, Uuid, Whole } from '#platform/database';

/** Written by triggers, in the transaction of what it tells of; taken by whoever makes the next bulletin. */
@Entity('dashboard_change')
@Check('dashboard_change_kind_check', "kind IN ('task', 'error')")
export class ChangeEntity {
  @SequenceId()
  id!: bigint;

  @Text()
  kind!: 'task' | 'error';

  @Uuid()
  subjectId!: string;

  @Whole({ nullable: true })
  eventSeq!: number | null;

  @Text({ nullable: true })
  eventType!: string | null;

  @Instant({ default: () => 'now()' })
  notedAt!: Date;
}
