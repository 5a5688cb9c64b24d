import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import type { Account } from '../domain/account.js';
import type { WorkingAccount, WorkingOriginal } from '../domain/batch-state.js';
import type { AccountRow } from './account.repository.js';
import { type TransactionRow, toTransaction } from './transaction-row.js';

/** Where the ledger stands. */
export interface Head {
  /** When the batch that holds the lock is recorded: the database's time, and never before an earlier batch. */
  now: Date;
  /** End of the latest closed month. */
  openSince: Date;
  /** Pending transactions whose time is over. */
  due: string[];
  /** The latest block. */
  blockNumber: number;
  blockHash: string;
}

/** Pending transactions that one batch lets expire at most. */
const MAX_DUE = 1_000;

const LOCK_HEAD = {
  name: 'finance_lock_head',
  text: `SELECT greatest(date_trunc('milliseconds', clock_timestamp()), h.recorded_at) AS now, h.open_since, h.block_number, h.block_hash,
           ARRAY(SELECT t.id FROM finance_transaction t WHERE t.state = 'pending' AND t.expires_at <= now()
                 ORDER BY t.expires_at LIMIT ${MAX_DUE}) AS due
         FROM finance_head h FOR UPDATE OF h`,
};

const ACCOUNTS = {
  name: 'finance_working_accounts',
  text: `SELECT a.code, a.type, a.currency, a.min_balance, a.max_balance, b.net, b.held_debits, b.held_credits, b.version
         FROM finance_account a JOIN finance_balance b ON b.account_id = a.id WHERE a.code = ANY($1::text[])`,
};

const ORIGINALS = {
  name: 'finance_working_originals',
  text: `
    SELECT t.*,
      (SELECT coalesce(sum(r.amount), 0) FROM finance_transaction r WHERE r.original_transaction_id = t.id AND r.type = 'refund'
         AND NOT EXISTS (SELECT 1 FROM finance_transaction v WHERE v.original_transaction_id = r.id AND v.type = 'reversal')) AS refunded,
      (SELECT coalesce(jsonb_object_agg(given.account, given.net), '{}') FROM (
         SELECT leg.account, sum(CASE leg.direction WHEN 'debit' THEN leg.amount ELSE -leg.amount END)::text AS net
         FROM finance_transaction r, jsonb_to_recordset(r.postings) AS leg (account text, direction text, amount numeric)
         WHERE r.original_transaction_id = t.id AND r.type = 'refund'
           AND NOT EXISTS (SELECT 1 FROM finance_transaction v WHERE v.original_transaction_id = r.id AND v.type = 'reversal')
         GROUP BY leg.account) AS given) AS refunded_legs,
      EXISTS (SELECT 1 FROM finance_transaction r WHERE r.original_transaction_id = t.id AND r.type = 'reversal') AS is_reversed
    FROM finance_transaction t
    WHERE t.id = ANY($1::uuid[]) OR t.id = ANY(ARRAY(
      SELECT o.original_transaction_id FROM finance_transaction o WHERE o.id = ANY($1::uuid[]) AND o.type = 'refund'))`,
};

interface HeadRow extends Record<string, unknown> {
  now: Date;
  open_since: Date;
  due: string[];
  block_number: string;
  block_hash: Buffer;
}

interface OriginalRow extends TransactionRow {
  refunded: string;
  refunded_legs: Record<string, string>;
  is_reversed: boolean;
}

/** What a batch depends on. Everything happens in its transaction, under the lock of the head. */
@Injectable()
export class LedgerRepository {
  /** Waits for the turn of this batch: from here to its commit nobody else writes to the ledger. */
  async lockHead(tx: DatabaseTransaction): Promise<Head> {
    const [row] = await tx.query<HeadRow>(LOCK_HEAD);
    if (!row) throw new Error('The ledger has no head');
    return {
      now: row.now,
      openSince: row.open_since,
      due: row.due,
      blockNumber: Number(row.block_number),
      blockHash: row.block_hash.toString('hex'),
    };
  }

  async workingAccounts(tx: DatabaseTransaction, codes: readonly string[]): Promise<Map<string, WorkingAccount>> {
    if (codes.length === 0) return new Map();
    const rows = await tx.query<AccountRow & { version: string }>(ACCOUNTS, [codes]);
    return new Map(
      rows.map((row) => [
        row.code,
        {
          code: row.code,
          type: row.type,
          currency: row.currency,
          minBalance: row.min_balance === null ? null : BigInt(row.min_balance),
          maxBalance: row.max_balance === null ? null : BigInt(row.max_balance),
          toBeMade: undefined,
          net: BigInt(row.net),
          heldDebits: BigInt(row.held_debits),
          heldCredits: BigInt(row.held_credits),
          version: BigInt(row.version),
        },
      ]),
    );
  }

  /** The originals of refunds, reversals and settlements; and of a refund that may be reversed, the sale. */
  async workingOriginals(tx: DatabaseTransaction, ids: readonly string[]): Promise<Map<string, WorkingOriginal>> {
    if (ids.length === 0) return new Map();
    const rows = await tx.query<OriginalRow>(ORIGINALS, [ids]);
    return new Map(
      rows.map((row) => [
        row.id,
        {
          transaction: toTransaction(row),
          refunded: BigInt(row.refunded),
          refundedLegs: new Map(Object.entries(row.refunded_legs).map(([account, net]) => [account, BigInt(net)])),
          isReversed: row.is_reversed,
        },
      ]),
    );
  }

  /** Makes accounts; one whose code is taken is left out of the answer. @returns the codes of those that were made */
  async insertAccounts(
    tx: DatabaseTransaction,
    accounts: readonly Account[],
    blockNumber: number,
  ): Promise<Set<string>> {
    if (accounts.length === 0) return new Set();
    const rows = await tx.query<{ code: string }>(
      `WITH made AS (
         INSERT INTO finance_account (code, name, type, currency, min_balance, max_balance, metadata, created_at, block_number)
         SELECT *, $9::bigint FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::jsonb[], $8::timestamptz[])
         ON CONFLICT (code) DO NOTHING RETURNING id, code),
       balances AS (INSERT INTO finance_balance (account_id) SELECT id FROM made)
       SELECT code FROM made`,
      [
        accounts.map(({ code }) => code),
        accounts.map(({ name }) => name),
        accounts.map(({ type }) => type),
        accounts.map(({ currency }) => currency),
        accounts.map(({ minBalance }) => minBalance?.toString() ?? null),
        accounts.map(({ maxBalance }) => maxBalance?.toString() ?? null),
        accounts.map(({ metadata }) => JSON.stringify(metadata)),
        accounts.map(({ createdAt }) => createdAt),
        blockNumber,
      ],
    );
    return new Set(rows.map(({ code }) => code));
  }
}
