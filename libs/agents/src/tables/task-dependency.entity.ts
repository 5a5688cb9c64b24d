import { Check, Entity, ForeignKey, Index } from 'typeorm';
import { Uuid } from '#platform/database';

@Entity('agent_task_dependency')
@Index('agent_task_dependency_task_idx', ['taskId'])
@Check('agent_task_dependency_check', 'depends_on <> task_id')
export class TaskDependencyEntity {
  @ForeignKey('TaskEntity', { onDelete: 'CASCADE' })
  @Uuid({ primary: true })
  dependsOn!: string;

  @ForeignKey('TaskEntity', { onDelete: 'CASCADE' })
  @Uuid({ primary: true })
  taskId!: string;
}
