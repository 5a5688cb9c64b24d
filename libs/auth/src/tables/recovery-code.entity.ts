import { Entity, ForeignKey } from 'typeorm';
import { Bytes, Instant, Uuid } from '#platform/database';

@Entity('recovery_code')
export class RecoveryCodeEntity {
  @ForeignKey('UserEntity', { onDelete: 'CASCADE' })
  @Uuid({ primary: true })
  userId!: string;

  @Bytes({ primary: true })
  digest!: Buffer;

  @Instant({ nullable: true })
  usedAt!: Date | null;
}
