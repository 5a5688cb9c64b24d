import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import type { Account } from '../books/account.js';
import type { Block } from '../chain/chain.js';
import type { ExpectedEntry, ExpectedHold, RebuiltAccount } from '../chain/ledger-rebuild.js';
import { type AccountChange, accountLeaf, type Leaf, type SettlementRecord, transactionLeaf } from '../chain/leaves.js';
import type { Transaction } from '../books/transaction.js';
import { UNKNOWN_KIND } from '../books/transaction-kind.js';
import { type AccountRow, accountFromRow } from '../accounts/account.repository.js';
import { type BlockRow, toBlock } from '../chain/chain.repository.js';
import { type TransactionRow, toTransaction } from '../books/transaction-row.postgres.js';
import {
  type ChangeRow,
  type HeadRow,
  type RequestRow,
  type SettlementRow,
  type StandingRow,
  toChange,
} from './verification-rows.postgres.js';

/** What a block was made of, as it stands in the database now. */
export interface SealedRecord {
  readonly blockNumber: number;
  readonly leaf: Leaf;
  readonly account?: Account;
  readonly transaction?: Transaction;
  /** Of the transaction, as lists find it. */
  readonly kind?: number;
  readonly settlement?: SettlementRecord;
  readonly change?: AccountChange;
  /** A month that was closed. */
  readonly month?: string;
  /** When the row says that it was made, where the leaf does not hold it. */
  readonly createdAt?: Date;
}

/** Blocks that are read at a time, and records after which no more blocks are added. */
const [PAGE_BLOCKS, PAGE_RECORDS] = [500, 5_000];

/** Tables whose rows are sealed. */
const SEALED = [
  'finance_account',
  'finance_transaction',
  'finance_settlement',
  'finance_request',
  'finance_period',
  'finance_account_change',
];

/** The head as it is kept. */
export interface KeptHead {
  readonly number: number;
  readonly hash: string;
  readonly recordedAt: Date;
  readonly openSince: Date;
  readonly timeZone: string;
}

interface Sealed extends Record<string, unknown> {
  block_number: string;
}

/** What a verification reads. Everything is of one moment. */
@Injectable()
export class VerificationRepository {
  async blocksAfter(tx: DatabaseTransaction, number: number): Promise<Block[]> {
    const sql = `SELECT * FROM finance_block WHERE number > $1 ORDER BY number LIMIT ${PAGE_BLOCKS}`;
    const blocks = (await tx.query<BlockRow>(sql, [number])).map(toBlock);
    let records = 0;
    const end = blocks.findIndex(({ count }) => (records += count) >= PAGE_RECORDS);
    return end === -1 ? blocks : blocks.slice(0, end + 1);
  }

  /** The records of a range of blocks, both ends included. */
  async recordsOf(tx: DatabaseTransaction, from: number, to: number): Promise<SealedRecord[]> {
    const rowsOf = <R extends Record<string, unknown>>(columns: string, source: string): Promise<(R & Sealed)[]> =>
      tx.query<R & Sealed>(`SELECT ${columns} FROM ${source} WHERE s.block_number BETWEEN $1 AND $2`, [from, to]);
    const accounts = await rowsOf<AccountRow>(
      's.*, 0 AS net, 0 AS held_debits, 0 AS held_credits, false AS is_closed',
      'finance_account s',
    );
    const transactions = await rowsOf<TransactionRow>('s.*', 'finance_transaction s');
    const settlements = await rowsOf<SettlementRow>('s.*', 'finance_settlement s');
    const requests = await rowsOf<RequestRow>('s.*', 'finance_request s');
    const changes = await rowsOf<ChangeRow>(
      's.*, a.code',
      'finance_account_change s JOIN finance_account a ON a.id = s.account_id',
    );
    const periods = await rowsOf<{ manifest: object; closed_at: Date; month: string }>('s.*', 'finance_period s');
    return [
      ...accounts.map((row) => {
        const account = accountFromRow(row);
        return { blockNumber: Number(row.block_number), leaf: accountLeaf(account), account };
      }),
      ...transactions.map((row) => {
        const transaction = toTransaction(row);
        const { kind } = row;
        return { blockNumber: Number(row.block_number), leaf: transactionLeaf(transaction), transaction, kind };
      }),
      ...settlements.map((row) => {
        const { pending_id: pendingId, outcome, capture_id: captureId, recorded_at } = row;
        const settlement = { pendingId, outcome, captureId, recordedAt: recorded_at.toISOString() };
        return { blockNumber: Number(row.block_number), leaf: { settlement }, settlement };
      }),
      ...requests.map(({ block_number, principal_id, key, fingerprint, answer, created_at }) => ({
        blockNumber: Number(block_number),
        leaf: { request: { principalId: principal_id, key, fingerprint, answer } },
        createdAt: created_at,
      })),
      ...changes.map((row) => {
        const change = toChange(row);
        return { blockNumber: Number(row.block_number), leaf: { accountChange: change }, change };
      }),
      ...periods.map(({ block_number, manifest, closed_at, month }) => ({
        blockNumber: Number(block_number),
        leaf: { period: manifest },
        month,
        createdAt: closed_at,
      })),
    ];
  }

  /** The entries that are not as they should be, by transaction. */
  async wrongEntries(tx: DatabaseTransaction, expected: readonly ExpectedEntry[]): Promise<string[]> {
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

  /** The holds that are not as they should be, by transaction. */
  async wrongHolds(tx: DatabaseTransaction, expected: readonly ExpectedHold[]): Promise<string[]> {
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

  /** Every balance as it is kept. */
  async balances(tx: DatabaseTransaction): Promise<Map<string, RebuiltAccount>> {
    const rows = await tx.query<StandingRow>(
      `SELECT a.code, b.net, b.held_debits, b.held_credits, b.version, b.name, b.is_closed
       FROM finance_balance b JOIN finance_account a ON a.id = b.account_id`,
    );
    return new Map(
      rows.map((row) => [
        row.code,
        {
          net: BigInt(row.net),
          heldDebits: BigInt(row.held_debits),
          heldCredits: BigInt(row.held_credits),
          version: BigInt(row.version),
          name: row.name,
          isClosed: row.is_closed,
        },
      ]),
    );
  }

  /** Every sum of a day as it is kept, by `account day channel`. */
  async daily(tx: DatabaseTransaction): Promise<Map<string, { debits: bigint; credits: bigint }>> {
    const rows = await tx.query<{ id: string; debits: string; credits: string }>(
      `SELECT a.code || ' ' || to_char(d.day, 'YYYY-MM-DD') || ' ' || d.channel AS id, d.debits, d.credits
       FROM finance_daily d JOIN finance_account a ON a.id = d.account_id`,
    );
    return new Map(rows.map((row) => [row.id, { debits: BigInt(row.debits), credits: BigInt(row.credits) }]));
  }

  /** Rows of each table, and those in no block that exists. */
  async strays(tx: DatabaseTransaction, lastBlock: number): Promise<{ table: string; count: number }[]> {
    const found = [];
    for (const table of SEALED) {
      const [row] = await tx.query<{ count: string }>(
        `SELECT count(*) FROM ${table} WHERE block_number IS NULL OR block_number < 1 OR block_number > $1`,
        [lastBlock],
      );
      found.push({ table, count: Number(row?.count ?? 0) });
    }
    return found;
  }

  /** How many entries and holds there are. */
  async countLines(tx: DatabaseTransaction): Promise<{ entries: bigint; holds: bigint }> {
    const [row] = await tx.query<{ entries: string; holds: string }>(
      'SELECT (SELECT count(*) FROM finance_entry) AS entries, (SELECT count(*) FROM finance_hold) AS holds',
    );
    return { entries: BigInt(row?.entries ?? 0), holds: BigInt(row?.holds ?? 0) };
  }

  /** The head as it is kept. */
  async head(tx: DatabaseTransaction): Promise<KeptHead> {
    const [row] = await tx.query<HeadRow>('SELECT * FROM finance_head');
    if (!row) throw new Error('The ledger has no head');
    return {
      number: Number(row.block_number),
      hash: row.block_hash.toString('hex'),
      recordedAt: row.recorded_at,
      openSince: row.open_since,
      timeZone: row.time_zone,
    };
  }
}
