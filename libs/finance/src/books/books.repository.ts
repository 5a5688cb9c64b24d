import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';

/** Where days of the ledger begin. */
@Injectable()
export class BooksRepository {
  /** The zone, and whether any month was closed in it. Nobody posts until the transaction ends. */
  async lock(tx: Transaction): Promise<{ zone: string; isClosed: boolean }> {
    const [row] = await tx.query<{ zone: string; is_closed: boolean }>(
      `SELECT time_zone AS zone, EXISTS (SELECT 1 FROM finance_period) AS is_closed FROM finance_head FOR UPDATE OF finance_head`,
    );
    if (!row) throw new Error('The ledger has no head');
    return { zone: row.zone, isClosed: row.is_closed };
  }

  /** Sums up the days anew, in another zone. */
  async moveTo(tx: Transaction, zone: string): Promise<void> {
    await tx.execute('UPDATE finance_head SET time_zone = $1', [zone]);
    await tx.execute('DELETE FROM finance_daily');
    await tx.execute(
      `INSERT INTO finance_daily (account_id, day, channel, debits, credits)
       SELECT e.account_id, (e.effective_at AT TIME ZONE $1)::date,
         CASE WHEN a.type IN ('revenue', 'expense') THEN coalesce(t.channel, '') ELSE '' END,
         coalesce(sum(e.amount) FILTER (WHERE e.amount > 0), 0), coalesce(-sum(e.amount) FILTER (WHERE e.amount < 0), 0)
       FROM finance_entry e JOIN finance_account a ON a.id = e.account_id JOIN finance_transaction t ON t.id = e.transaction_id
       GROUP BY 1, 2, 3`,
      [zone],
    );
  }
}
