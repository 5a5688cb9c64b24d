import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { Role } from '#platform/kernel';
import { emailKey, usernameKey } from '../identities/identity-key.js';
import type { User } from '../identities/user.js';
import { fromRow, USER_COLUMNS, type UserRow } from '../identities/user-mapping.postgres.js';

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

/** Users of whom the newest are looked through for a text; a text that less than one in two hundred has goes by the index of texts. */
const RECENT = 4_500;

const NEWEST_FIRST = 'ORDER BY created_at DESC, id DESC';

/** Lists of users by what is asked for. */
@Injectable()
export class UserSearchRepository {
  constructor(private readonly database: Database) {}

  /**
   * Users by creation, newest first, after the given position.
   *
   * What many have in their names is among the newest users; what few have, the index of texts finds. The planner cannot tell which it is, and
   * reads a hundred times as much when it guesses wrong.
   */
  async listNewestFirst({ text, ...filter }: UserFilter, limit: number, after?: UserPosition): Promise<User[]> {
    const { conditions, values } = conditionsOf(filter, after);
    const page = async (from: string): Promise<User[]> => {
      const sql = `SELECT ${USER_COLUMNS} FROM ${from} ${NEWEST_FIRST} LIMIT ${limit}`;
      return (await this.database.query<UserRow>(sql, values)).map(fromRow);
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

/** Trigrams need three characters, or two of them and the blank before. */
const SHORTEST_PART = 3;

function patternOf(text: string): string {
  const key = text.includes('@') ? emailKey(text) : usernameKey(text);
  const literal = key.replace(/[\\%_]/g, '\\$&');
  return [...key].length < SHORTEST_PART ? `% ${literal}%` : `%${literal}%`;
}
