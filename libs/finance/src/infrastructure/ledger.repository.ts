import { Injectable } from '@nestjs/common';
import { Database, type Transaction as DatabaseTransaction } from '#platform/database';
import type { Account, AccountType } from '../domain/account.js';
import type { Transaction } from '../domain/transaction.js';
import { type TransactionRow, toPostingJson, toTransaction } from './transaction-row.js';

/** An account with its balance, locked for the batch in hand. Amounts are debit-positive minor units. */
export interface LockedAccount {
  id: string;
  code: string;
  type: AccountType;
  currency: string;
  minBalance: bigint | null;
  maxBalance: bigint | null;
  /** Debits less credits of what is posted. */
  net: bigint;
  version: bigint;
}

/** A line of an account. */
export interface NewEntry {
  accountId: string;
  version: bigint;
  transactionId: string;
  /** Debit-positive. */
  amount: bigint;
  netAfter: bigint;
  effectiveAt: Date;
}

/** An original that a refund or a reversal is about, locked for the batch in hand. */
export interface LockedOriginal {
  transaction: Transaction;
  refunded: bigint;
  isReversed: boolean;
}

const LOCK_ACCOUNTS = {
  name: 'finance_lock_accounts',
  text: `SELECT b.account_id, a.code, a.type, a.currency, a.min_balance, a.max_balance, b.net, b.version
         FROM finance_balance b JOIN finance_account a ON a.id = b.account_id
         WHERE a.code = ANY($1::text[]) ORDER BY b.account_id FOR UPDATE OF b`,
};

const ADD_ENTRIES = {
  name: 'finance_add_entries',
  text: `INSERT INTO finance_entry (account_id, version, transaction_id, amount, net_after, effective_at, recorded_at)
         SELECT a, v, t, m, n, e, $7 FROM unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[], $6::timestamptz[])
           AS entry (a, v, t, m, n, e)`,
};

const MOVE_BALANCES = {
  name: 'finance_move_balances',
  text: `UPDATE finance_balance b SET net = moved.net, version = moved.version
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS moved (account_id, net, version)
         WHERE b.account_id = moved.account_id`,
};

const ADD_TRANSACTIONS = {
  name: 'finance_add_transactions',
  text: `INSERT INTO finance_transaction (id, type, state, amount, currency, channel, order_id, customer_id, original_transaction_id,
           description, postings, details, effective_at, recorded_at)
         SELECT id, type, state, amount, currency, channel, order_id, customer_id, original_transaction_id, description, postings, details,
           effective_at, recorded_at
         FROM jsonb_populate_recordset(NULL::finance_transaction, $1::jsonb)`,
};

interface AccountRow extends Record<string, unknown> {
  account_id: string;
  code: string;
  type: AccountType;
  currency: string;
  min_balance: string | null;
  max_balance: string | null;
  net: string;
  version: string;
}

/** What posting reads and writes; everything happens in the transaction of one batch. */
@Injectable()
export class LedgerRepository {
  constructor(private readonly database: Database) {}

  /** Locks the accounts in the order of their ids, so that batches of several replicas wait for each other and never deadlock. */
  async lockAccounts(tx: DatabaseTransaction, codes: readonly string[]): Promise<Map<string, LockedAccount>> {
    const rows = await tx.query<AccountRow>(LOCK_ACCOUNTS, [codes]);
    return new Map(
      rows.map((row) => [
        row.code,
        {
          id: row.account_id,
          code: row.code,
          type: row.type,
          currency: row.currency,
          minBalance: row.min_balance === null ? null : BigInt(row.min_balance),
          maxBalance: row.max_balance === null ? null : BigInt(row.max_balance),
          net: BigInt(row.net),
          version: BigInt(row.version),
        },
      ]),
    );
  }

  /** Makes accounts that do not exist yet; one that somebody else made meanwhile stays as it is. */
  async ensureAccounts(accounts: readonly Account[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      for (const account of [...accounts].sort((a, b) => (a.code < b.code ? -1 : 1)))
        await this.insertAccount(tx, account);
    });
  }

  /** False when the code is taken. */
  async insertAccount(tx: DatabaseTransaction, account: Account): Promise<boolean> {
    const { code, name, type, currency, minBalance, maxBalance, metadata, createdAt } = account;
    const [row] = await tx.query<{ id: string }>(
      `INSERT INTO finance_account (code, name, type, currency, min_balance, max_balance, metadata, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (code) DO NOTHING RETURNING id`,
      [code, name, type, currency, minBalance?.toString() ?? null, maxBalance?.toString() ?? null, metadata, createdAt],
    );
    if (row) await tx.execute('INSERT INTO finance_balance (account_id) VALUES ($1)', [row.id]);
    return row !== undefined;
  }

  /** Locks the originals of refunds and reversals, in the order of their ids. */
  async lockOriginals(tx: DatabaseTransaction, ids: readonly string[]): Promise<Map<string, LockedOriginal>> {
    if (ids.length === 0) return new Map();
    await tx.execute('SELECT 1 FROM finance_transaction WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE', [ids]);
    // A statement of its own: the one that waits for the lock still sees what was there before the wait.
    const rows = await tx.query<TransactionRow & { refunded: string; is_reversed: boolean }>(
      `SELECT t.*,
         (SELECT coalesce(sum(r.amount), 0) FROM finance_transaction r
          WHERE r.original_transaction_id = t.id AND r.type = 'refund' AND r.state = 'posted') AS refunded,
         EXISTS (SELECT 1 FROM finance_transaction r WHERE r.original_transaction_id = t.id AND r.type = 'reversal') AS is_reversed
       FROM finance_transaction t WHERE t.id = ANY($1::uuid[])`,
      [ids],
    );
    return new Map(
      rows.map((row) => [
        row.id,
        { transaction: toTransaction(row), refunded: BigInt(row.refunded), isReversed: row.is_reversed },
      ]),
    );
  }

  async addTransactions(tx: DatabaseTransaction, transactions: readonly Transaction[]): Promise<void> {
    const records = transactions.map((transaction) => ({
      id: transaction.id,
      type: transaction.type,
      state: transaction.state,
      amount: transaction.amount.toString(),
      currency: transaction.currency,
      channel: transaction.channel,
      order_id: transaction.orderId,
      customer_id: transaction.customerId,
      original_transaction_id: transaction.originalTransactionId,
      description: transaction.description,
      postings: transaction.postings.map(toPostingJson),
      details: transaction.details,
      effective_at: transaction.effectiveAt,
      recorded_at: transaction.recordedAt,
    }));
    await tx.execute(ADD_TRANSACTIONS, [JSON.stringify(records)]);
  }

  async addEntries(tx: DatabaseTransaction, entries: readonly NewEntry[], recordedAt: Date): Promise<void> {
    await tx.execute(ADD_ENTRIES, [
      entries.map(({ accountId }) => accountId),
      entries.map(({ version }) => version.toString()),
      entries.map(({ transactionId }) => transactionId),
      entries.map(({ amount }) => amount.toString()),
      entries.map(({ netAfter }) => netAfter.toString()),
      entries.map(({ effectiveAt }) => effectiveAt),
      recordedAt,
    ]);
  }

  async moveBalances(tx: DatabaseTransaction, accounts: readonly LockedAccount[]): Promise<void> {
    await tx.execute(MOVE_BALANCES, [
      accounts.map(({ id }) => id),
      accounts.map(({ net }) => net.toString()),
      accounts.map(({ version }) => version.toString()),
    ]);
  }
}
