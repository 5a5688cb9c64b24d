import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { Account, AccountType } from '../books/account.js';
import { BooksCalendar } from '../books/calendar.js';
import type { AccountChange } from '../chain/leaves.js';
import { netBefore } from './net-before.postgres.js';

/** An account with what is posted to it (debits less credits) and what pending transactions hold on each side. */
export interface AccountWithNet extends Account {
  readonly id: string;
  readonly net: bigint;
  readonly heldDebits: bigint;
  readonly heldCredits: bigint;
  /** Nothing is posted to it any more. */
  readonly isClosed: boolean;
}

/** Which accounts a list shows. */
export interface AccountFilter {
  type?: AccountType | undefined;
  currency?: string | undefined;
  isClosed?: boolean | undefined;
  /** Beginning of their codes. */
  prefix?: string | undefined;
  /** Somewhere in their codes or names, in any case. */
  text?: string | undefined;
}

/** A line of an account's statement. */
export interface Entry {
  version: bigint;
  transactionId: string;
  amount: bigint;
  netAfter: bigint;
  effectiveAt: Date;
  recordedAt: Date;
}

/** An account as the database has it. */
export interface AccountRow extends Record<string, unknown> {
  id: string;
  code: string;
  name: string;
  type: AccountType;
  currency: string;
  min_balance: string | null;
  max_balance: string | null;
  metadata: Record<string, unknown>;
  created_at: Date;
  net: string;
  held_debits: string;
  held_credits: string;
  is_closed: boolean;
}

export interface EntryRow extends Record<string, unknown> {
  version: string;
  transaction_id: string;
  amount: string;
  net_after: string;
  effective_at: Date;
  recorded_at: Date;
}

/** Accounts as they are now: what they are called stands with their balance once it was changed. */
export const ACCOUNTS_NOW = `
  SELECT a.id, a.code, coalesce(b.name, a.name) AS name, a.type, a.currency, a.min_balance, a.max_balance, a.metadata, a.created_at,
    b.net, b.held_debits, b.held_credits, b.is_closed
  FROM finance_account a JOIN finance_balance b ON b.account_id = a.id`;

const BY_CODE = { name: 'finance_account_by_code', text: `${ACCOUNTS_NOW} WHERE a.code = $1` };

/** Questions about accounts. */
@Injectable()
export class AccountRepository {
  constructor(
    private readonly database: Database,
    private readonly calendar: BooksCalendar,
  ) {}

  async findByCode(
    code: string,
    asker: Pick<Transaction, 'query'> = this.database,
  ): Promise<AccountWithNet | undefined> {
    const [row] = await asker.query<AccountRow>(BY_CODE, [code]);
    return row && accountFromRow(row);
  }

  /** In the order of their codes, after the given one. */
  async listByCode(limit: number, filter: AccountFilter, after = ''): Promise<AccountWithNet[]> {
    const { type = null, currency = null, isClosed = null, prefix = '', text = '' } = filter;
    const rows = await this.database.query<AccountRow>(
      `${ACCOUNTS_NOW}
       WHERE a.code > $2 AND ($3::text IS NULL OR a.type = $3) AND ($4::text IS NULL OR a.currency = $4)
         AND ($5::boolean IS NULL OR b.is_closed = $5) AND starts_with(a.code, $6)
         AND (position(lower($7) IN lower(a.code)) > 0 OR position(lower($7) IN lower(coalesce(b.name, a.name))) > 0)
       ORDER BY a.code LIMIT $1`,
      [limit, after, type, currency, isClosed, prefix, text],
    );
    return rows.map(accountFromRow);
  }

  /** How often an account was changed. */
  async countChanges(tx: Transaction, accountId: string): Promise<number> {
    const [row] = await tx.query<{ count: string }>(
      'SELECT count(*) FROM finance_account_change WHERE account_id = $1',
      [accountId],
    );
    return Number(row?.count ?? 0);
  }

  /** Notes a change, in the block it is sealed in. */
  async change(tx: Transaction, accountId: string, change: AccountChange, blockNumber: number): Promise<void> {
    const { number, name, isClosed, principalId, recordedAt } = change;
    await tx.execute(
      `INSERT INTO finance_account_change (account_id, number, name, is_closed, principal_id, recorded_at, block_number)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [accountId, number, name, isClosed, principalId, recordedAt, blockNumber],
    );
    await tx.execute('UPDATE finance_balance SET name = $2, is_closed = $3 WHERE account_id = $1', [
      accountId,
      name,
      isClosed,
    ]);
  }

  /** Latest first, before the given version. */
  async entriesOf(accountId: string, limit: number, before?: bigint): Promise<Entry[]> {
    const rows = await this.database.query<EntryRow>(
      `SELECT version, transaction_id, amount, net_after, effective_at, recorded_at FROM finance_entry
       WHERE account_id = $1 AND version < $3 ORDER BY version DESC LIMIT $2`,
      [accountId, limit, (before ?? 9_223_372_036_854_775_807n).toString()],
    );
    return rows.map(toEntry);
  }

  /** Debits less credits of what was effective by a time, inclusive: what was there before its day, and that day's entries. */
  async netEffectiveAt(accountId: string, at: Date): Promise<bigint> {
    const day = this.calendar.dayOf(at);
    const [row] = await this.database.query<{ net: string }>(
      `SELECT ${netBefore('$1', '$3::date')}
            + (SELECT coalesce(sum(amount), 0) FROM finance_entry WHERE account_id = $1 AND effective_at <= $2
               AND effective_at >= $4) AS net`,
      [accountId, at, day, this.calendar.startOf(day)],
    );
    return BigInt(row?.net ?? 0);
  }

  /** The latest entry that was recorded by a time, inclusive: entries are recorded in the order of their numbers, so it is found by halves. */
  async latestKnownAt(accountId: string, at: Date): Promise<{ version: bigint; net: bigint; later: bigint }> {
    const [row] = await this.database.query<{ version: string; net: string; later: string }>(
      `WITH RECURSIVE
         latest AS (SELECT version FROM finance_balance WHERE account_id = $1),
         search (low, high) AS (
           SELECT 0::bigint, version FROM latest
           UNION ALL
           SELECT CASE WHEN e.recorded_at <= $2 THEN middle ELSE low END, CASE WHEN e.recorded_at <= $2 THEN high ELSE middle - 1 END
           FROM search, LATERAL (SELECT (low + high + 1) / 2 AS middle) m,
             LATERAL (SELECT recorded_at FROM finance_entry WHERE account_id = $1 AND version = middle) e
           WHERE low < high)
       SELECT low AS version, latest.version - low AS later,
         coalesce((SELECT net_after FROM finance_entry WHERE account_id = $1 AND version = low), 0) AS net
       FROM search, latest WHERE low = high`,
      [accountId, at],
    );
    return { version: BigInt(row?.version ?? 0), net: BigInt(row?.net ?? 0), later: BigInt(row?.later ?? 0) };
  }

  /** Debits less credits of entries after a number that were effective by a time, inclusive. */
  async netAfter(accountId: string, version: bigint, effectiveAt: Date): Promise<bigint> {
    return this.sum('account_id = $1 AND version > $2 AND effective_at <= $3', accountId, version, effectiveAt);
  }

  /** Debits less credits of entries up to a number that were effective after a time. */
  async netBeyond(accountId: string, version: bigint, effectiveAt: Date): Promise<bigint> {
    return this.sum('account_id = $1 AND version <= $2 AND effective_at > $3', accountId, version, effectiveAt);
  }

  private async sum(condition: string, accountId: string, version: bigint, effectiveAt: Date): Promise<bigint> {
    const [row] = await this.database.query<{ net: string }>(
      `SELECT coalesce(sum(amount), 0) AS net FROM finance_entry WHERE ${condition}`,
      [accountId, version.toString(), effectiveAt],
    );
    return BigInt(row?.net ?? 0);
  }
}

export function toEntry(row: EntryRow): Entry {
  return {
    version: BigInt(row.version),
    transactionId: row.transaction_id,
    amount: BigInt(row.amount),
    netAfter: BigInt(row.net_after),
    effectiveAt: row.effective_at,
    recordedAt: row.recorded_at,
  };
}

export function accountFromRow(row: AccountRow): AccountWithNet {
  const { id, code, name, type, currency, metadata } = row;
  return {
    id,
    code,
    name,
    type,
    currency,
    metadata,
    minBalance: row.min_balance === null ? null : BigInt(row.min_balance),
    maxBalance: row.max_balance === null ? null : BigInt(row.max_balance),
    createdAt: row.created_at,
    net: BigInt(row.net),
    heldDebits: BigInt(row.held_debits),
    heldCredits: BigInt(row.held_credits),
    isClosed: row.is_closed,
  };
}
