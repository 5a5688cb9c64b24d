import { Check, Entity } from 'typeorm';
import { Id, Instant, Text, Whole } from '#platform/database';
import type { Severity } from '#platform/kernel';

@Entity('error_alert')
@Check('error_alert_check', "(event = 'rate') = (rate_per_minute IS NOT NULL)")
@Check('error_alert_event_check', "event IN ('new', 'regressed', 'rate')")
@Check('error_alert_rate_per_minute_check', 'rate_per_minute > 0')
@Check('error_alert_severity_check', "severity IN ('critical', 'high', 'medium', 'low', 'info')")
export class AlertEntity {
  @Id()
  id!: string;

  @Text()
  name!: string;

  @Text()
  event!: 'new' | 'regressed' | 'rate';

  @Text({ nullable: true })
  severity!: Severity | null;

  @Whole({ nullable: true })
  ratePerMinute!: number | null;

  @Text({ default: 'webhook' })
  channel!: 'webhook' | 'chat';

  @Text()
  url!: string;

  @Text()
  encryptedSecret!: string;

  @Instant()
  createdAt!: Date;
}
