import { Entity, Index, Unique } from 'typeorm';
import { Bytes, Count, Id, Instant, Text, Uuid } from '#platform/database';

@Entity('finance_import')
@Index('finance_import_key', ['key', 'id'])
@Unique(['principalId', 'key'])
export class ImportEntity {
  @Id()
  id!: string;

  @Uuid()
  principalId!: string;

  @Text()
  key!: string;

  @Count({ default: 0 })
  lines!: number;

  @Count({ default: 0 })
  posted!: number;

  @Count({ default: 0 })
  rejected!: number;

  @Count({ default: 0 })
  replayed!: number;

  @Bytes({ nullable: true })
  digest!: Buffer | null;

  @Instant({ default: () => 'now()' })
  createdAt!: Date;

  @Instant({ default: () => 'now()' })
  updatedAt!: Date;

  @Instant({ nullable: true })
  completedAt!: Date | null;
}
