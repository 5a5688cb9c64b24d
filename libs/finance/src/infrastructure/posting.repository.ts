import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import type { Hold, Movement, WorkingAccount } from '../domain/batch-state.js';
import type { SettlementRecord } from '../domain/leaves.js';
import type { Transaction } from '../domain/transaction.js';
import { toPostingJson } from './transaction-row.js';

/** A line of an account's statement, and the sums of its day. */
export interface NewEntry extends Movement {
  readonly transactionId: string;
  readonly effectiveAt: Date;
  /** Empty where sums are not kept by channel. */
  readonly channel: string;
}

export interface NewHold extends Hold {
  readonly transactionId: string;
}

const ADD_TRANSACTIONS = {
  name: 'finance_add_transactions',
  text: `INSERT INTO finance_transaction (id, type, state, amount, currency, channel, order_id, customer_id, original_transaction_id,
           description, postings, details, effective_at, recorded_at, expires_at, block_number)
         SELECT id, type, state, amount, currency, channel, order_id, customer_id, original_transaction_id, description, postings, details,
           effective_at, recorded_at, expires_at, $2
         FROM jsonb_populate_recordset(NULL::finance_transaction, $1::jsonb)`,
};

const ADD_ENTRIES = {
  name: 'finance_add_entries',
  text: `INSERT INTO finance_entry (account_id, version, transaction_id, amount, net_after, effective_at, recorded_at)
         SELECT a.id, v, t, m, n, e, $7
         FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[], $6::timestamptz[]) AS entry (c, v, t, m, n, e)
         JOIN finance_account a ON a.code = c`,
};

const ADD_DAILY = {
  name: 'finance_add_daily',
  text: `INSERT INTO finance_daily AS d (account_id, day, channel, debits, credits)
         SELECT a.id, day, channel, debits, credits
         FROM unnest($1::text[], $2::date[], $3::text[], $4::numeric[], $5::numeric[]) AS added (c, day, channel, debits, credits)
         JOIN finance_account a ON a.code = c
         ON CONFLICT (account_id, day, channel) DO UPDATE
           SET debits = d.debits + excluded.debits, credits = d.credits + excluded.credits`,
};

const MOVE_BALANCES = {
  name: 'finance_move_balances',
  text: `UPDATE finance_balance b SET net = moved.net, held_debits = moved.debits, held_credits = moved.credits, version = moved.version
         FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) AS moved (code, net, debits, credits, version)
         JOIN finance_account a ON a.code = moved.code
         WHERE b.account_id = a.id`,
};

const ADD_HOLDS = {
  name: 'finance_add_holds',
  text: `INSERT INTO finance_hold (account_id, version, transaction_id, amount)
         SELECT a.id, v, t, m FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::bigint[]) AS hold (c, v, t, m)
         JOIN finance_account a ON a.code = c`,
};

const SETTLE = {
  name: 'finance_settle',
  text: `WITH settled AS (
           INSERT INTO finance_settlement (pending_id, outcome, capture_id, recorded_at, block_number)
           SELECT p, o, c, $4, $5 FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS ended (p, o, c)
           RETURNING pending_id, outcome)
         UPDATE finance_transaction t SET state = settled.outcome FROM settled WHERE t.id = settled.pending_id`,
};

/** Writes what a batch decided, one statement a table. */
@Injectable()
export class PostingRepository {
  async addTransactions(
    tx: DatabaseTransaction,
    transactions: readonly Transaction[],
    blockNumber: number,
  ): Promise<void> {
    if (transactions.length === 0) return;
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
      expires_at: transaction.expiresAt,
    }));
    await tx.execute(ADD_TRANSACTIONS, [JSON.stringify(records), blockNumber]);
  }

  async addEntries(tx: DatabaseTransaction, entries: readonly NewEntry[], recordedAt: Date): Promise<void> {
    if (entries.length === 0) return;
    await tx.execute(ADD_ENTRIES, [
      entries.map(({ account }) => account),
      entries.map(({ version }) => version.toString()),
      entries.map(({ transactionId }) => transactionId),
      entries.map(({ amount }) => amount.toString()),
      entries.map(({ netAfter }) => netAfter.toString()),
      entries.map(({ effectiveAt }) => effectiveAt),
      recordedAt,
    ]);
    await this.addDaily(tx, entries);
  }

  async addHolds(tx: DatabaseTransaction, holds: readonly NewHold[]): Promise<void> {
    if (holds.length === 0) return;
    await tx.execute(ADD_HOLDS, [
      holds.map(({ account }) => account),
      holds.map(({ version }) => version.toString()),
      holds.map(({ transactionId }) => transactionId),
      holds.map(({ amount }) => amount.toString()),
    ]);
  }

  async settle(tx: DatabaseTransaction, settlements: readonly SettlementRecord[], blockNumber: number): Promise<void> {
    if (settlements.length === 0) return;
    await tx.execute(SETTLE, [
      settlements.map(({ pendingId }) => pendingId),
      settlements.map(({ outcome }) => outcome),
      settlements.map(({ captureId }) => captureId),
      settlements[0]?.recordedAt,
      blockNumber,
    ]);
  }

  async moveBalances(tx: DatabaseTransaction, accounts: readonly WorkingAccount[]): Promise<void> {
    if (accounts.length === 0) return;
    await tx.execute(MOVE_BALANCES, [
      accounts.map(({ code }) => code),
      accounts.map(({ net }) => net.toString()),
      accounts.map(({ heldDebits }) => heldDebits.toString()),
      accounts.map(({ heldCredits }) => heldCredits.toString()),
      accounts.map(({ version }) => version.toString()),
    ]);
  }

  /** Adds the entries to the sums of their account, effective day (UTC) and channel. */
  private async addDaily(tx: DatabaseTransaction, entries: readonly NewEntry[]): Promise<void> {
    const sums = new Map<string, { account: string; day: string; channel: string; debits: bigint; credits: bigint }>();
    for (const { account, effectiveAt, channel, amount } of entries) {
      const day = effectiveAt.toISOString().slice(0, 10);
      const key = `${account} ${day} ${channel}`;
      const sum = sums.get(key) ?? { account, day, channel, debits: 0n, credits: 0n };
      sums.set(key, sum);
      if (amount > 0n) sum.debits += amount;
      else sum.credits -= amount;
    }
    const rows = [...sums.values()];
    await tx.execute(ADD_DAILY, [
      rows.map(({ account }) => account),
      rows.map(({ day }) => day),
      rows.map(({ channel }) => channel),
      rows.map(({ debits }) => debits.toString()),
      rows.map(({ credits }) => credits.toString()),
    ]);
  }
}
