import { Injectable } from '@nestjs/common';
import { AccountRepository } from './account.repository.js';
import { netBefore } from './net-before.postgres.js';

/** Bench: `balance as of a time`, `balance as known at a time`. */
@Injectable()
export class PostgresAccountRepository extends AccountRepository {
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
