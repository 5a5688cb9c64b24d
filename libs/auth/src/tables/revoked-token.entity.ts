import { Entity } from 'typeorm';
import { Id, Instant } from '#platform/database';

@Entity('revoked_token')
export class RevokedTokenEntity {
  @Id()
  jti!: string;

  @Instant()
  expiresAt!: Date;
}
