import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import { toTransaction } from '../books/transaction.js';
import type { AccountType } from '../books/account.js';
import { storedFrom, type TransactionRow } from '../tables/transaction-row.postgres.js';
import { idOf, type KeyedRequest } from './keyed-request.js';
import type { WorkingAccount, WorkingOriginal } from './ledger-state.js';
import { type Connection, type Head, LedgerRepository, type LedgerView, MAX_DUE } from './ledger.repository.js';

const HEAD = `greatest(date_trunc('milliseconds', clock_timestamp()), h.recorded_at) AS now, h.open_since, h.block_number, h.block_hash, h.time_zone,
  ARRAY(SELECT t.id FROM finance_transaction t WHERE t.state = 'pending' AND t.expires_at <= now()
        ORDER BY t.expires_at LIMIT ${MAX_DUE}) AS due`;

const LOCK_HEAD = { name: 'finance_lock_head', text: `SELECT ${HEAD} FROM finance_head h FOR UPDATE OF h` };

const ACCOUNT_COLUMNS = `a.id::text, a.code, a.type, a.currency, a.min_balance::text, a.max_balance::text, b.is_closed,
  b.net::text, b.held_debits::text, b.held_credits::text, b.version::text`;

const ACCOUNTS = `SELECT ${ACCOUNT_COLUMNS} FROM finance_account a JOIN finance_balance b ON b.account_id = a.id WHERE a.code = ANY($1::text[])`;

const WORKING_ACCOUNTS = { name: 'finance_working_accounts', text: ACCOUNTS };

/**
 * All that most commits need, of one moment. One look into the index for each key: a plan made while the table was small must not read
 * all of it when it is large.
 */
const READ = {
  name: 'finance_read',
  text: `SELECT ${HEAD},
      (SELECT coalesce(json_agg(account), '[]') FROM (${ACCOUNTS}) AS account) AS accounts,
      (SELECT coalesce(json_agg(request), '[]') FROM unnest($2::uuid[], $3::text[]) AS asked (p, k) CROSS JOIN LATERAL
         (SELECT principal_id, key, fingerprint, answer FROM finance_request WHERE principal_id = p AND key = k LIMIT 1) AS request)
        AS requests
    FROM finance_head h`,
};

/** Refunds that were not taken back, and captures: one of these was let go of for good, whatever became of it later. */
const COUNTS = `r.original_transaction_id = t.id AND (r.type = 'journal' OR (r.type = 'refund'
  AND NOT EXISTS (SELECT 1 FROM finance_transaction v WHERE v.original_transaction_id = r.id AND v.type = 'reversal')))`;

const ORIGINALS = {
  name: 'finance_working_originals',
  text: `
    SELECT t.*,
      (SELECT coalesce(sum(r.amount), 0) FROM finance_transaction r WHERE ${COUNTS}) AS done,
      (SELECT coalesce(jsonb_object_agg(given.account, given.net), '{}') FROM (
         SELECT leg.account, sum(CASE leg.direction WHEN 'debit' THEN leg.amount ELSE -leg.amount END)::text AS net
         FROM finance_transaction r, jsonb_to_recordset(r.postings) AS leg (account text, direction text, amount numeric)
         WHERE ${COUNTS} GROUP BY leg.account) AS given) AS done_legs,
      EXISTS (SELECT 1 FROM finance_transaction r WHERE r.original_transaction_id = t.id AND r.type = 'reversal') AS is_reversed
    FROM finance_transaction t
    WHERE t.id = ANY($1::uuid[]) OR t.id = ANY(ARRAY(
      SELECT o.original_transaction_id FROM finance_transaction o WHERE o.id = ANY($1::uuid[]) AND o.type = 'refund'))`,
};

const NEW_ACCOUNT_IDS = {
  name: 'finance_new_account_ids',
  text: `SELECT nextval(pg_get_serial_sequence('finance_account', 'id')) AS id FROM generate_series(1, $1)`,
};

interface HeadRow extends Record<string, unknown> {
  now: Date;
  open_since: Date;
  due: string[];
  block_number: string;
  block_hash: Buffer;
  time_zone: string;
}

/** An account as a commit reads it. */
interface WorkingAccountRow {
  id: string;
  code: string;
  type: AccountType;
  currency: string;
  min_balance: string | null;
  max_balance: string | null;
  is_closed: boolean;
  net: string;
  held_debits: string;
  held_credits: string;
  version: string;
}

interface RequestRow {
  principal_id: string;
  key: string;
  fingerprint: Record<string, unknown>;
  answer: object;
}

interface OriginalRow extends TransactionRow {
  done: string;
  done_legs: Record<string, string>;
  is_reversed: boolean;
}

/** One statement for each question, each of one moment. Bench: `one transaction`, `refund of a part`. */
@Injectable()
export class PostgresLedgerRepository extends LedgerRepository {
  override async lockHead(tx: DatabaseTransaction): Promise<Head> {
    const [row] = await tx.query<HeadRow>(LOCK_HEAD);
    return this.headFrom(row);
  }

  override async read(
    connection: Connection,
    codes: readonly string[],
    keyed: readonly KeyedRequest[],
  ): Promise<LedgerView> {
    const [row] = await connection.query<HeadRow & { accounts: WorkingAccountRow[]; requests: RequestRow[] }>(READ, [
      codes,
      keyed.map(({ owner }) => owner),
      keyed.map(({ key }) => key),
    ]);
    return {
      head: this.headFrom(row),
      accounts: new Map(row?.accounts.map((account) => [account.code, toWorkingAccount(account)])),
      answers: new Map(
        row?.requests.map(({ principal_id, key, fingerprint, answer }) => [
          idOf({ owner: principal_id, key }),
          { fingerprint, answer },
        ]),
      ),
    };
  }

  override async workingAccounts(connection: Connection, codes: readonly string[]): Promise<WorkingAccount[]> {
    const rows = await connection.query<WorkingAccountRow & Record<string, unknown>>(WORKING_ACCOUNTS, [codes]);
    return rows.map(toWorkingAccount);
  }

  override async newAccountIds(connection: Connection, count: number): Promise<string[]> {
    const rows = await connection.query<{ id: string }>(NEW_ACCOUNT_IDS, [count]);
    return rows.map(({ id }) => id);
  }

  override async workingOriginals(
    connection: Connection,
    ids: readonly string[],
  ): Promise<Map<string, WorkingOriginal>> {
    if (ids.length === 0) return new Map();
    const rows = await connection.query<OriginalRow>(ORIGINALS, [ids]);
    return new Map(
      rows.map((row) => [
        row.id,
        {
          transaction: toTransaction(storedFrom(row)),
          done: BigInt(row.done),
          doneLegs: new Map(Object.entries(row.done_legs).map(([account, net]) => [account, BigInt(net)])),
          isReversed: row.is_reversed,
        },
      ]),
    );
  }

  private headFrom(row: HeadRow | undefined): Head {
    if (!row) throw new Error('The ledger has no head');
    this.assertZone(row.time_zone);
    return {
      now: row.now,
      openSince: row.open_since,
      due: row.due,
      blockNumber: Number(row.block_number),
      blockHash: row.block_hash.toString('hex'),
    };
  }
}

function toWorkingAccount(row: WorkingAccountRow): WorkingAccount {
  return {
    id: row.id,
    code: row.code,
    type: row.type,
    currency: row.currency,
    minBalance: row.min_balance === null ? null : BigInt(row.min_balance),
    maxBalance: row.max_balance === null ? null : BigInt(row.max_balance),
    isClosed: row.is_closed,
    toBeMade: undefined,
    net: BigInt(row.net),
    heldDebits: BigInt(row.held_debits),
    heldCredits: BigInt(row.held_credits),
    version: BigInt(row.version),
  };
}
