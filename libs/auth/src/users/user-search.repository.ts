import { Injectable } from '@nestjs/common';
import { IsNull, Like } from 'typeorm';
import { Database, keyset } from '#platform/database';
import type { Role } from '#platform/kernel';
import { emailKey, usernameKey } from '../identities/identity-key.js';
import type { User } from '../identities/user.js';
import { userOf } from '../identities/user.repository.js';
import { UserEntity } from '../tables/user.entity.js';

/** Which users are asked for. */
export interface UserFilter {
  /** Three characters and more: part of e-mail, user name or full name; fewer: what one of them, or a word of the name, begins with. */
  text?: string | undefined;
  role?: Role | undefined;
  isActive?: boolean | undefined;
}

/** Where a page ended. */
export interface UserPosition {
  createdAt: string;
  id: string;
}

/** Lists of users by what is asked for. */
@Injectable()
export class UserSearchRepository {
  constructor(protected readonly database: Database) {}

  /** Users by creation, newest first, after the given position. */
  async listNewestFirst({ text, role, isActive }: UserFilter, limit: number, after?: UserPosition): Promise<User[]> {
    const builder = this.database.repository(UserEntity).createQueryBuilder('u').where({ deletedAt: IsNull() });
    if (role !== undefined) builder.andWhere({ role });
    if (isActive !== undefined) builder.andWhere({ isActive });
    if (text !== undefined) builder.andWhere({ searchText: Like(patternOf(text)) });
    const position = after && [after.createdAt, after.id];
    const users = await keyset(builder, ['u.createdAt', 'u.id'], 'DESC', position).limit(limit).getMany();
    return users.map(userOf);
  }
}

/** Trigrams need three characters, or two of them and the blank before. */
const SHORTEST_PART = 3;

/** A pattern for LIKE that finds a text in what searches look into. */
export function patternOf(text: string): string {
  const key = text.includes('@') ? emailKey(text) : usernameKey(text);
  const literal = key.replace(/[\\%_]/g, '\\$&');
  return [...key].length < SHORTEST_PART ? `% ${literal}%` : `%${literal}%`;
}
