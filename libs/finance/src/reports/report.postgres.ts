import { Injectable } from '@nestjs/common';
import type { AccountType } from '../books/account.js';
import { netBefore } from '../accounts/net-before.postgres.js';
import { type AccountSums, type Asker, ReportRepository } from './report.repository.js';

interface SumsRow extends Record<string, unknown> {
  code: string;
  name: string;
  type: AccountType;
  currency: string;
  opening: string;
  debits: string;
  credits: string;
}

/** Bench: `trial balance of two days`. */
@Injectable()
export class PostgresReportRepository extends ReportRepository {
  override async sumsByAccount(
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
}
