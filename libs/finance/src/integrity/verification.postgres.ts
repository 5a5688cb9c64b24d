import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import { UNKNOWN_KIND } from '../books/transaction-kind.js';
import type { ExpectedEntry, ExpectedHold } from '../chain/ledger-replay.js';
import { VerificationRepository } from './verification.repository.js';

/** What is expected is compared where it is stored. Bench: `verification of the ledger`. */
@Injectable()
export class PostgresVerificationRepository extends VerificationRepository {
  override async wrongEntries(tx: DatabaseTransaction, expected: readonly ExpectedEntry[]): Promise<string[]> {
    if (expected.length === 0) return [];
    const rows = await tx.query<{ id: string }>(
      `SELECT DISTINCT x.id FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::integer[])
         AS x (code, version, id, amount, net_after, effective_at, recorded_at, kind)
       JOIN finance_account a ON a.code = x.code
       LEFT JOIN finance_entry e ON e.account_id = a.id AND e.version = x.version
       WHERE (e.transaction_id, e.amount, e.net_after, e.effective_at, e.recorded_at)
         IS DISTINCT FROM (x.id, x.amount, x.net_after, x.effective_at, x.recorded_at) OR e.kind NOT IN (x.kind, ${UNKNOWN_KIND})`,
      [
        expected.map(({ account }) => account),
        expected.map(({ version }) => version.toString()),
        expected.map(({ transactionId }) => transactionId),
        expected.map(({ amount }) => amount.toString()),
        expected.map(({ netAfter }) => netAfter.toString()),
        expected.map(({ effectiveAt }) => effectiveAt),
        expected.map(({ recordedAt }) => recordedAt),
        expected.map(({ kind }) => kind),
      ],
    );
    return rows.map(({ id }) => id);
  }

  override async wrongHolds(tx: DatabaseTransaction, expected: readonly ExpectedHold[]): Promise<string[]> {
    if (expected.length === 0) return [];
    const rows = await tx.query<{ id: string }>(
      `SELECT DISTINCT x.id FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::bigint[], $5::timestamptz[], $6::integer[], $7::text[])
         AS x (code, version, id, amount, effective_at, kind, state)
       JOIN finance_account a ON a.code = x.code
       LEFT JOIN finance_hold h ON h.account_id = a.id AND h.version = x.version AND h.transaction_id = x.id
       WHERE (h.amount, h.state) IS DISTINCT FROM (x.amount, x.state) OR h.kind NOT IN (x.kind, ${UNKNOWN_KIND})
         OR (h.kind <> ${UNKNOWN_KIND} AND h.effective_at IS DISTINCT FROM x.effective_at)`,
      [
        expected.map(({ account }) => account),
        expected.map(({ version }) => version.toString()),
        expected.map(({ transactionId }) => transactionId),
        expected.map(({ amount }) => amount.toString()),
        expected.map(({ effectiveAt }) => effectiveAt),
        expected.map(({ kind }) => kind),
        expected.map(({ state }) => state),
      ],
    );
    return rows.map(({ id }) => id);
  }
}
