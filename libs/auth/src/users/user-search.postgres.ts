import { Injectable } from '@nestjs/common';
import type { User } from '../identities/user.js';
import { userOf } from '../identities/user.repository.js';
import { UserEntity } from '../tables/user.entity.js';
import { patternOf, type UserFilter, type UserPosition, UserSearchRepository } from './user-search.repository.js';

/** Users of whom the newest are looked through for a text; a text that less than one in two hundred has goes by the index of texts. */
const RECENT = 4_500;

const NEWEST_FIRST = 'ORDER BY created_at DESC, id DESC';

/** Bench: `users by a text`. */
@Injectable()
export class PostgresUserSearchRepository extends UserSearchRepository {
  /**
   * What many have in their names is among the newest users; what few have, the index of texts finds. The planner cannot tell which it is, and
   * reads a hundred times as much when it guesses wrong.
   */
  override async listNewestFirst(
    { text, ...filter }: UserFilter,
    limit: number,
    after?: UserPosition,
  ): Promise<User[]> {
    const { conditions, values } = conditionsOf(filter, after);
    const page = async (from: string): Promise<User[]> => {
      const sql = `SELECT * FROM ${from} ${NEWEST_FIRST} LIMIT ${limit}`;
      return (await this.database.queryEntities(UserEntity, sql, values)).map(userOf);
    };
    if (text === undefined) return page(`user_account WHERE ${conditions}`);
    values.push(patternOf(text));
    const hasText = `search_text LIKE $${values.length}`;
    const recent = `SELECT * FROM user_account WHERE ${conditions} ${NEWEST_FIRST} LIMIT ${RECENT}`;
    const found = await page(`(${recent}) AS recent WHERE ${hasText}`);
    if (found.length === limit) return found;
    // `OFFSET 0` has all of them found before they are put in order: the planner would walk every user in that order instead.
    return page(`(SELECT * FROM user_account WHERE ${hasText} AND ${conditions} OFFSET 0) AS everybody`);
  }
}

function conditionsOf(
  { role, isActive }: Omit<UserFilter, 'text'>,
  after: UserPosition | undefined,
): { conditions: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['deleted_at IS NULL'];
  if (role !== undefined) conditions.push(`role = ${bind(role)}`);
  if (isActive !== undefined) conditions.push(`is_active = ${bind(isActive)}`);
  if (after) conditions.push(`(created_at, id) < (${bind(after.createdAt)}::timestamptz, ${bind(after.id)}::uuid)`);
  return { conditions: conditions.join(' AND '), values };
}
