import { Entity } from 'typeorm';
import { Instant, Text, Uuid, Whole } from '#platform/database';

@Entity('scheduled_job')
export class ScheduledJobEntity {
  @Text({ primary: true })
  name!: string;

  @Instant({ primary: true })
  bucket!: Date;

  @Uuid()
  leaseToken!: string;

  @Instant()
  leaseExpiresAt!: Date;

  @Whole({ default: 1 })
  attempts!: number;

  @Instant({ nullable: true })
  finishedAt!: Date | null;
}
