import type { Role } from '#platform/kernel';
import { Check, Entity, type FindOptionsWhere, ForeignKey, Index, IsNull } from 'typeorm';
import { Bytes, type Dialect, Id, Instant, Text, TextList, Uuid } from '#platform/database';

@Entity('api_key')
@Index('api_key_parent', ['parentId'], { where: 'parent_id IS NOT NULL' })
@Index('api_key_user', ['userId'])
@Check('api_key_role_check', "role IN ('READ_ONLY', 'API_USER', 'DEVELOPER', 'ADMIN', 'SUPER_ADMIN')")
export class ApiKeyEntity {
  @Id()
  id!: string;

  @ForeignKey('UserEntity', { onDelete: 'CASCADE' })
  @Uuid()
  userId!: string;

  @Text()
  name!: string;

  @Bytes()
  secretDigest!: Buffer;

  @Text()
  role!: Role;

  @TextList({ default: [] })
  ipAllowlist!: string[];

  @TextList({ default: [] })
  agents!: string[];

  @Instant()
  createdAt!: Date;

  @Instant({ nullable: true })
  expiresAt!: Date | null;

  @Instant({ nullable: true })
  lastUsedAt!: Date | null;

  @Instant({ nullable: true })
  revokedAt!: Date | null;

  @Instant({ nullable: true })
  secretChangedAt!: Date | null;

  @ForeignKey('ApiKeyEntity', { onDelete: 'CASCADE' })
  @Uuid({ nullable: true })
  parentId!: string | null;
}

/** Conditions for keys that may be used: neither revoked nor expired. */
export function livingKeys({ ahead }: Dialect, of: FindOptionsWhere<ApiKeyEntity>): FindOptionsWhere<ApiKeyEntity>[] {
  const living = { ...of, revokedAt: IsNull() };
  return [
    { ...living, expiresAt: IsNull() },
    { ...living, expiresAt: ahead() },
  ];
}
