import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { Database } from '#platform/database';
import { rankOf } from '#platform/kernel';
import { type Standing, UserStanding } from '#platform/security';
import { ApiKeyEntity, livingKeys } from '../tables/api-key.entity.js';
import { UserEntity } from '../tables/user.entity.js';

/** What a user, or one of his keys, may do now. */
@Injectable()
export class UserStandingRepository extends UserStanding {
  constructor(private readonly database: Database) {
    super();
  }

  override async of(userId: string, keyId: string | null): Promise<Standing> {
    const [user, key] = await Promise.all([
      this.database.repository(UserEntity).findOneBy({ id: userId, deletedAt: IsNull() }),
      keyId === null
        ? null
        : this.database.repository(ApiKeyEntity).findOneBy(livingKeys(this.database.dialect, { id: keyId, userId })),
    ]);
    if (!user) return { lost: 'user_deleted' };
    if (!user.isActive) return { lost: 'user_inactive' };
    if (keyId === null) return { role: user.role };
    if (!key) return { lost: 'key_ended' };
    return { role: rankOf(key.role) < rankOf(user.role) ? key.role : user.role };
  }
}
