import { Check, Entity, ForeignKey, Index, Unique } from 'typeorm';
import { Count, Id, Instant, Json, Text, Uuid } from '#platform/database';
import type { ErrorCategory, Severity } from '#platform/kernel';

@Entity('error_group')
@Index('error_group_by_count', ['count', 'id'], { where: 'merged_into IS NULL' })
@Index('error_group_by_first_seen', ['firstSeen', 'id'], { where: 'merged_into IS NULL' })
@Index('error_group_by_kind', ['status', 'severity', 'category'], { where: 'merged_into IS NULL' })
@Index('error_group_by_last_seen', ['lastSeen', 'id'], { where: 'merged_into IS NULL' })
@Index('error_group_by_merge_parent', ['mergeParent'], { where: 'merge_parent IS NOT NULL' })
@Index('error_group_by_merged_into', ['mergedInto'], { where: 'merged_into IS NOT NULL' })
@Index('error_group_by_service', ['service', 'lastSeen', 'id'], { where: 'merged_into IS NULL' })
@Check(
  'error_group_category_check',
  "category IN ('authentication', 'authorization', 'database', 'network', 'validation', 'business_logic', 'configuration', 'external_api', 'file_system', 'agent', 'ml_model', 'security', 'performance', 'unknown')",
)
@Unique(['service', 'groupingKey'])
@Check('error_group_severity_check', "severity IN ('critical', 'high', 'medium', 'low', 'info')")
@Check('error_group_status_check', "status IN ('open', 'resolved', 'ignored', 'regressed')")
export class ErrorGroupEntity {
  @Id()
  id!: string;

  @Text()
  service!: string;

  @Text()
  groupingKey!: string;

  @ForeignKey('ErrorGroupEntity')
  @Uuid({ nullable: true })
  mergedInto!: string | null;

  @Text()
  title!: string;

  @Text()
  culprit!: string;

  @Text()
  severity!: Severity;

  @Text()
  category!: ErrorCategory;

  @Text({ default: 'open' })
  status!: 'open' | 'resolved' | 'ignored' | 'regressed';

  @Count({ default: 0 })
  count!: number;

  @Count({ default: 0 })
  ownCount!: number;

  @Instant()
  firstSeen!: Date;

  @Instant()
  lastSeen!: Date;

  @Instant()
  ownFirstSeen!: Date;

  @Instant()
  ownLastSeen!: Date;

  @Text({ nullable: true })
  release!: string | null;

  @Json()
  why!: object;

  @Text({ nullable: true })
  assignee!: string | null;

  @Text({ nullable: true })
  notes!: string | null;

  @Instant({ nullable: true })
  resolvedAt!: Date | null;

  @Text({ nullable: true })
  resolvedInRelease!: string | null;

  @Instant({ nullable: true })
  regressedAt!: Date | null;

  @Instant({ nullable: true })
  ignoreUntil!: Date | null;

  @Count({ nullable: true })
  ignoreCount!: number | null;

  @Count({ nullable: true })
  ignoredAtCount!: number | null;

  @ForeignKey('ErrorGroupEntity')
  @Uuid({ nullable: true })
  mergeParent!: string | null;
}
