import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { AccountType } from '../books/account.js';
import { netBefore } from '../accounts/net-before.postgres.js';

/** What an account's balance did between two days. Minor units; `opening` is debit-positive. */
export interface AccountSums {
  code: string;
  name: string;
  type: AccountType;
  currency: string;
  opening: bigint;
  debits: bigint;
  credits: bigint;
}

/** Income by day and channel, in minor units. */
export interface RevenueSum {
  day: string;
  channel: string;
  currency: string;
  amount: bigint;
}

/** Anything that asks: the pool, or a transaction. */
type Asker = Pick<Database | Transaction, 'query'>;

interface SumsRow extends Record<string, unknown> {
  code: string;
  name: string;
  type: AccountType;
  currency: string;
  opening: string;
  debits: string;
  credits: string;
}

/** Questions that are answered from the sums of days, so that they cost the days asked for and not the transactions of those days. */
@Injectable()
export class ReportRepository {
  constructor(private readonly database: Database) {}

  /** Of accounts that anything was posted to by the end. Days are `2026-11-24`, both inclusive. */
  async sumsByAccount(
    from: string,
    to: string,
    currency?: string,
    asker: Asker = this.database,
  ): Promise<AccountSums[]> {
    const rows = await asker.query<SumsRow>(
      `SELECT a.code, coalesce(b.name, a.name) AS name, a.type, a.currency, ${netBefore('a.id', '$1::date')} AS opening,
         coalesce(d.debits, 0) AS debits, coalesce(d.credits, 0) AS credits
       FROM finance_account a JOIN finance_balance b ON b.account_id = a.id CROSS JOIN LATERAL (
         SELECT sum(debits) AS debits, sum(credits) AS credits FROM finance_daily
         WHERE account_id = a.id AND day >= $1 AND day <= $2) d
       WHERE ($3::text IS NULL OR a.currency = $3) AND EXISTS (SELECT 1 FROM finance_daily WHERE account_id = a.id AND day <= $2)
       ORDER BY a.code`,
      [from, to, currency ?? null],
    );
    return rows.map((row) => ({
      ...row,
      opening: BigInt(row.opening),
      debits: BigInt(row.debits),
      credits: BigInt(row.credits),
    }));
  }

  /** Net of refunds and discounts. Days are inclusive. */
  async revenue(from: string, to: string, currency?: string): Promise<RevenueSum[]> {
    const rows = await this.database.query<Record<'day' | 'channel' | 'currency' | 'amount', string>>(
      `SELECT to_char(d.day, 'YYYY-MM-DD') AS day, d.channel, a.currency, sum(d.credits - d.debits) AS amount
       FROM finance_account a JOIN finance_daily d ON d.account_id = a.id
       WHERE (a.type = 'revenue' OR a.code LIKE 'expenses:refunds:%' OR a.code LIKE 'expenses:discounts:%')
         AND d.day BETWEEN $1 AND $2 AND ($3::text IS NULL OR a.currency = $3)
       GROUP BY 1, 2, 3 ORDER BY 1, 3, 2`,
      [from, to, currency ?? null],
    );
    return rows.map((row) => ({ ...row, amount: BigInt(row.amount) }));
  }

  /** The first day that anything is effective on, from a day on and before another one; `undefined` when there is none. */
  async firstDay(tx: Transaction, since: string, before: string): Promise<string | undefined> {
    const [row] = await tx.query<{ day: string | null }>(
      `SELECT to_char(min(day), 'YYYY-MM-DD') AS day FROM finance_daily
       WHERE day >= $1 AND day < $2`,
      [since, before],
    );
    return row?.day ?? undefined;
  }

  /** Posted transactions that are effective between two instants, the second exclusive. */
  async countPosted(tx: Transaction, from: Date, to: Date): Promise<number> {
    const [row] = await tx.query<{ count: string }>(
      `SELECT count(*) FROM finance_transaction WHERE effective_at >= $1 AND effective_at < $2 AND state = 'posted'`,
      [from, to],
    );
    return Number(row?.count ?? 0);
  }
}
