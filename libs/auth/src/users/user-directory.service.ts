import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { Clock } from '#platform/kernel';
import { UserNotFoundException } from '../identities/auth.exceptions.js';
import type { User } from '../identities/user.js';
import { UserRepository } from '../identities/user.repository.js';
import { type UserFilter, type UserPosition, UserSearchRepository } from './user-search.repository.js';

export type { UserPosition } from './user-search.repository.js';

/** Reads users, and lets one change what is his own. */
@Injectable()
export class UserDirectoryService {
  constructor(
    private readonly users: UserRepository,
    private readonly searches: UserSearchRepository,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws UserNotFoundException */
  async get(id: string): Promise<User> {
    const user = await this.users.findById(id);
    if (!user) throw new UserNotFoundException();
    return user;
  }

  /** Newest first; one more than `limit` when there is a next page. */
  list(filter: UserFilter, limit: number, after?: UserPosition): Promise<User[]> {
    return this.searches.listNewestFirst(filter, limit + 1, after);
  }

  async rename(id: string, fullName: string | null): Promise<void> {
    await this.database.transaction((tx) => this.users.update(tx, id, { fullName }, this.clock.now()));
  }
}
