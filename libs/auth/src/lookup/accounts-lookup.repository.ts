import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { Database } from '#platform/database';
import { ApiKeyEntity } from '../tables/api-key.entity.js';
import { SessionEntity } from '../tables/session.entity.js';
import { UserEntity } from '../tables/user.entity.js';

/** Accounts and credentials by nothing but an id. */
@Injectable()
export class AccountsLookupRepository {
  constructor(private readonly database: Database) {}

  user(id: string): Promise<UserEntity | null> {
    return this.database.repository(UserEntity).findOneBy({ id, deletedAt: IsNull() });
  }

  apiKey(id: string): Promise<ApiKeyEntity | null> {
    return this.database.repository(ApiKeyEntity).findOneBy({ id });
  }

  session(id: string): Promise<SessionEntity | null> {
    return this.database.repository(SessionEntity).findOneBy({ id });
  }
}
