import { Check, Entity, ForeignKey, Index } from 'typeorm';
import { Instant, Json, Text, Uuid } from '#platform/database';
import type { RequestFingerprint } from '#platform/kernel';

@Entity('agent_idempotency_key')
@Index('agent_idempotency_key_batch_id_idx', ['batchId'], { where: 'batch_id IS NOT NULL' })
@Index('agent_idempotency_key_task_id_idx', ['taskId'], { where: 'task_id IS NOT NULL' })
@Check('agent_idempotency_key_target', '(task_id IS NULL) <> (batch_id IS NULL)')
export class IdempotencyKeyEntity {
  @Text({ primary: true })
  ownerId!: string;

  @Text({ primary: true })
  key!: string;

  @Json()
  fingerprint!: RequestFingerprint;

  @ForeignKey('TaskEntity', { onDelete: 'CASCADE', deferrable: 'INITIALLY DEFERRED' })
  @Uuid({ nullable: true })
  taskId!: string | null;

  @Instant({ default: () => 'now()' })
  createdAt!: Date;

  @ForeignKey('BatchEntity', { onDelete: 'CASCADE', deferrable: 'INITIALLY DEFERRED' })
  @Uuid({ nullable: true })
  batchId!: string | null;
}
