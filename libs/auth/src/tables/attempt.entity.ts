import { Entity } from 'typeorm';
import { Instant, Text, Whole } from '#platform/database';

@Entity('auth_attempt')
export class AttemptEntity {
  @Text({ primary: true })
  subject!: string;

  @Text({ primary: true })
  lane!: string;

  @Whole({ default: 0 })
  failures!: number;

  @Whole({ default: 0 })
  pending!: number;

  @Instant()
  reservedAt!: Date;

  @Instant({ nullable: true })
  lockedUntil!: Date | null;
}
