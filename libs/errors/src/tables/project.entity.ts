import { Check, Entity, Index } from 'typeorm';
import { Instant, SmallSequenceId, Text, Whole } from '#platform/database';

@Entity('error_project')
@Index('error_project_living_name', ['livingName'], { unique: true })
@Index('error_project_name', ['name'], { unique: true, where: 'deleted_at IS NULL' })
@Check('error_project_rate_limit_per_minute_check', 'rate_limit_per_minute > 0')
@Check('error_project_retention_days_check', 'retention_days > 0')
export class ProjectEntity {
  @SmallSequenceId()
  id!: number;

  @Text()
  name!: string;

  /** The name until the project is deleted; empty from then on, so that another may have it. */
  @Text({ nullable: true })
  livingName!: string | null;

  @Whole({ nullable: true })
  rateLimitPerMinute!: number | null;

  @Whole({ nullable: true })
  retentionDays!: number | null;

  @Instant()
  createdAt!: Date;

  @Instant({ nullable: true })
  deletedAt!: Date | null;
}
