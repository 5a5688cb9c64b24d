import { Entity } from 'typeorm';
import { Count, Instant, Text } from '#platform/database';

@Entity('error_run')
export class RunEntity {
  @Text({ primary: true })
  id!: string;

  @Instant()
  startedAt!: Date;

  @Instant({ nullable: true })
  completedAt!: Date | null;

  @Instant({ nullable: true })
  recoveredAt!: Date | null;

  @Text()
  service!: string;

  @Text()
  release!: string;

  @Text()
  environment!: string;

  @Text()
  platform!: string;

  @Text()
  nodeVersion!: string;

  @Text()
  host!: string;

  @Count({ default: 0 })
  received!: number;

  @Count({ default: 0 })
  stored!: number;

  @Count({ default: 0 })
  duplicate!: number;

  @Count({ default: 0 })
  quarantined!: number;

  @Count({ default: 0 })
  refused!: number;
}
