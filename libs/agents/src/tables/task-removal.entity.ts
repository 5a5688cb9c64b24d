import { Entity } from 'typeorm';
import { Bytes, Counter, Instant, Whole } from '#platform/database';

@Entity('agent_task_removal')
export class TaskRemovalEntity {
  @Counter({ primary: true })
  sequence!: bigint;

  @Instant()
  removedAt!: Date;

  @Whole()
  tasks!: number;

  @Whole()
  events!: number;

  @Bytes()
  digest!: Buffer;

  @Bytes()
  hash!: Buffer;
}
