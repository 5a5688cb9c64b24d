import { Entity } from 'typeorm';
import { Bytes, Instant, Json, Text, Uuid, Whole } from '#platform/database';

@Entity('agent_task_event')
export class TaskEventEntity {
  @Uuid({ primary: true })
  taskId!: string;

  @Whole({ primary: true })
  seq!: number;

  @Text()
  type!: string;

  @Json({ default: {} })
  data!: Record<string, unknown>;

  @Instant()
  createdAt!: Date;

  @Bytes()
  hash!: Buffer;
}
