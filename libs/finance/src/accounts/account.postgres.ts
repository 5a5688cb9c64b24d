import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import type { AccountType } from '../books/account.js';
import { AccountRepository, type AccountWithNet } from './account.repository.js';
import { netBefore } from './net-before.postgres.js';

/** An account as it is now: what it is called stands with its balance once it was changed. */
interface AccountRow extends Record<string, unknown> {
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

const BY_CODE = {
  name: 'finance_account_by_code',
  text: `
    SELECT a.id, a.code, coalesce(b.name, a.name) AS name, a.type, a.currency, a.min_balance, a.max_balance, a.metadata, a.created_at,
      b.net, b.held_debits, b.held_credits, b.is_closed
    FROM finance_account a JOIN finance_balance b ON b.account_id = a.id WHERE a.code = $1`,
};

/** Bench: `balance of now`, `balance as of a time`, `balance as known at a time`. */
@Injectable()
export class PostgresAccountRepository extends AccountRepository {
  override async findByCode(
    code: string,
    asker: Pick<Transaction, 'repository' | 'query'> = this.database,
  ): Promise<AccountWithNet | undefined> {
    const [row] = await asker.query<AccountRow>(BY_CODE, [code]);
    return row && accountFromRow(row);
  }

  override async netEffectiveAt(accountId: string, at: Date): Promise<bigint> {
    const day = this.calendar.dayOf(at);
    const [row] = await this.database.query<{ net: string }>(
      `SELECT ${netBefore('$1', '$3::date')}
            + (SELECT coalesce(sum(amount), 0) FROM finance_entry WHERE account_id = $1 AND effective_at <= $2
               AND effective_at >= $4) AS net`,
      [accountId, at, day, this.calendar.startOf(day)],
    );
    return BigInt(row?.net ?? 0);
  }

  /** By halves too, in one round trip. */
  override async latestKnownAt(accountId: string, at: Date): Promise<{ version: bigint; net: bigint; later: bigint }> {
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
}

function accountFromRow(row: AccountRow): AccountWithNet {
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
