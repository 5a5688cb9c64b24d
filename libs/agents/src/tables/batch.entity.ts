import { Entity, Index } from 'typeorm';
import { Id, Instant, Json, Text } from '#platform/database';
import type { TaskFailure } from '../tasks/task.js';

/** An operation as it was taken: a task, or the reason why there is none. */
export interface BatchOperation {
  readonly agent: string;
  readonly taskId: string | null;
  readonly error: TaskFailure | null;
  /** JSON Pointers into the output; `null` is all of it. */
  readonly select: readonly string[] | null;
}

@Entity('agent_batch')
@Index('agent_batch_created_idx', ['createdAt', 'id'])
@Index('agent_batch_maker_idx', ['createdBy', 'id'])
export class BatchEntity {
  @Id()
  id!: string;

  @Text()
  createdBy!: string;

  @Json()
  operations!: readonly BatchOperation[];

  @Instant({ default: () => 'now()' })
  createdAt!: Date;
}
