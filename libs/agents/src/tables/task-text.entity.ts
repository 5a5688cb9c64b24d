import { Entity, Index } from 'typeorm';
import { Id, Text } from '#platform/database';

/** What searches look into: kept apart from tasks, which change with each step, and by triggers. */
@Entity('agent_task_text')
@Index('agent_task_text_trigrams', ['text'], { type: 'gin' })
export class TaskTextEntity {
  @Id()
  taskId!: string;

  @Text()
  text!: string;
}
