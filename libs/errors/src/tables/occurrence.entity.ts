import { Check, Entity, ForeignKey, Index } from 'typeorm';
import { Counter, Id, Instant, Json, Text, Uuid, Whole } from '#platform/database';
import type { ErrorCategory, Severity } from '#platform/kernel';

@Entity('error_occurrence')
@Index('error_occurrence_by_correlation', ['correlationId', 'occurredAt', 'id'], {
  where: 'correlation_id IS NOT NULL',
})
@Index('error_occurrence_by_group', ['groupId', 'occurredAt', 'id'])
@Index('error_occurrence_by_project', ['projectId', 'receivedAt'], { where: 'project_id IS NOT NULL' })
@Index('error_occurrence_by_received_at', ['receivedAt'])
@Index('error_occurrence_by_run', ['runId', 'sequence'])
@Check(
  'error_occurrence_category_check',
  "category IN ('authentication', 'authorization', 'database', 'network', 'validation', 'business_logic', 'configuration', 'external_api', 'file_system', 'agent', 'ml_model', 'security', 'performance', 'unknown')",
)
@Check('error_occurrence_severity_check', "severity IN ('critical', 'high', 'medium', 'low', 'info')")
export class OccurrenceEntity {
  @Id()
  id!: string;

  @ForeignKey('ErrorGroupEntity')
  @Uuid()
  groupId!: string;

  @Text()
  runId!: string;

  @Counter()
  sequence!: bigint;

  @Instant()
  occurredAt!: Date;

  @Instant()
  receivedAt!: Date;

  @Text()
  severity!: Severity;

  @Text()
  category!: ErrorCategory;

  @Text()
  errorType!: string;

  @Text()
  errorMessage!: string;

  @Text()
  service!: string;

  @Text({ nullable: true })
  release!: string | null;

  @Text({ nullable: true })
  environment!: string | null;

  @Text({ nullable: true })
  correlationId!: string | null;

  @Text({ nullable: true })
  userId!: string | null;

  @Text({ nullable: true })
  endpoint!: string | null;

  @Text({ nullable: true })
  method!: string | null;

  @Json()
  detail!: object;

  @Whole({ nullable: true })
  projectId!: number | null;
}
