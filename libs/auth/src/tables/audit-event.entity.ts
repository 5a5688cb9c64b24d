import { Check, Entity, Index } from 'typeorm';
import { Bytes, Counter, Id, Instant, Json, Text, Uuid } from '#platform/database';

@Entity('audit_event')
@Index('audit_event_actor_kind', ['actorId', 'action', 'outcome', 'sequence'], { where: 'actor_id IS NOT NULL' })
@Index('audit_event_correlation', ['correlationId', 'sequence'], { where: 'correlation_id IS NOT NULL' })
@Index('audit_event_credential_kind', ['credentialId', 'action', 'outcome', 'sequence'], {
  where: 'credential_id IS NOT NULL',
})
@Index('audit_event_kind', ['action', 'outcome', 'sequence'])
@Index('audit_event_sequence', ['sequence'], { unique: true })
@Index('audit_event_subject_kind', ['subjectId', 'action', 'outcome', 'sequence'], { where: 'subject_id IS NOT NULL' })
@Index('audit_event_time', ['occurredAt', 'id'])
@Check('audit_event_outcome_check', "outcome IN ('success', 'failure')")
export class AuditEventEntity {
  @Id()
  id!: string;

  @Instant()
  occurredAt!: Date;

  @Text()
  action!: string;

  @Text()
  outcome!: 'success' | 'failure';

  @Uuid({ nullable: true })
  actorId!: string | null;

  @Uuid({ nullable: true })
  subjectId!: string | null;

  @Text({ nullable: true })
  ip!: string | null;

  @Text({ nullable: true })
  userAgent!: string | null;

  @Text({ nullable: true })
  correlationId!: string | null;

  @Json({ default: {} })
  details!: Record<string, unknown>;

  @Counter()
  sequence!: bigint;

  @Bytes()
  hash!: Buffer;

  @Uuid({ nullable: true })
  credentialId!: string | null;
}
