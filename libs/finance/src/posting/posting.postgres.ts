import { Injectable } from '@nestjs/common';
import { type DaySum, DaySums } from '../books/day-sums.js';
import { isoOf } from '../books/instant.js';
import { toStoredPosting, type Transaction } from '../books/transaction.js';
import { kindOf } from '../books/transaction-kind.js';
import { CanonicalText } from '../chain/canonical-json.js';
import type { Block } from '../chain/chain.js';
import type { SettlementRecord } from '../chain/leaves.js';
import type { FreshAnswer } from './keyed-request.js';
import type { Connection } from './ledger.repository.js';
import {
  type LedgerCommit,
  type NewAccount,
  type NewBalance,
  type NewEntry,
  type NewHold,
  PostingRepository,
} from './posting.repository.js';

/** Writes a commit with one statement. Bench: `one transaction`, `a batch of transactions`. */
@Injectable()
export class PostgresPostingRepository extends PostingRepository {
  override async write(connection: Connection, commit: LedgerCommit): Promise<boolean> {
    const { block, accounts, transactions, entries, holds, settlements, balances, answers } = commit;
    const statement = new WriteStatement();
    statement.add('head', (bind) => headPart(bind, block, this.calendar.zone));
    statement.add('block', (bind) => blockPart(bind, block));
    const rows = <T>(name: string, some: readonly T[], part: (bind: Bind, rows: readonly T[]) => string): void => {
      if (some.length > 0) statement.add(name, (bind) => part(bind, some));
    };
    rows('accounts', accounts, (bind, some) => accountPart(bind, some, block));
    rows('balances', balances, balancePart);
    rows('transactions', transactions, (bind, some) => transactionPart(bind, some, block));
    rows('entries', entries, (bind, some) => entryPart(bind, some, block));
    rows('days', new DaySums(this.calendar).add(entries).all, dayPart);
    rows('holds', holds, holdPart);
    rows('ended', settlements, (bind, some) => settlementPart(bind, some, block));
    if (settlements.length > 0) statement.add('settled', () => SETTLED);
    rows('requests', answers, (bind, some) => requestPart(bind, some, block));
    const { name, text, values } = statement.build('SELECT block_number FROM head');
    return (await connection.query({ name, text }, values)).length === 1;
  }
}

/** Moves the head from the block before to this one. Everything else is written for each row of it: one, or none. */
function headPart(bind: Bind, { number, hash, committedAt }: Block, zone: string): string {
  return `UPDATE finance_head SET recorded_at = ${bind(committedAt, 'timestamptz')}, block_number = ${bind(number, 'bigint')},
            block_hash = ${bind(Buffer.from(hash, 'hex'), 'bytea')}
          WHERE block_number = ${bind(number - 1, 'bigint')} AND time_zone = ${bind(zone, 'text')} RETURNING block_number`;
}

function blockPart(bind: Bind, block: Block): string {
  const bytes = (hash: string): string => bind(Buffer.from(hash, 'hex'), 'bytea');
  return `INSERT INTO finance_block (number, previous_hash, merkle_root, count, committed_at, hash, key_id, signature)
          SELECT block_number, ${bytes(block.previousHash)}, ${bytes(block.merkleRoot)}, ${bind(block.count, 'integer')},
            ${bind(block.committedAt, 'timestamptz')}, ${bytes(block.hash)}, ${bind(block.keyId, 'text')},
            ${bind(Buffer.from(block.signature, 'base64url'), 'bytea')}
          FROM head`;
}

function accountPart(bind: Bind, accounts: readonly NewAccount[], { committedAt }: Block): string {
  const made = new Columns(bind, accounts)
    .plain('bigint', ({ id }) => id)
    .text('text', ({ code }) => code)
    .text('text', ({ name }) => name)
    .plain('text', ({ type }) => type)
    .plain('text', ({ currency }) => currency)
    .plain('bigint', ({ minBalance }) => minBalance)
    .plain('bigint', ({ maxBalance }) => maxBalance)
    .json('jsonb', ({ metadata }) => metadata);
  return `INSERT INTO finance_account (id, code, name, type, currency, min_balance, max_balance, metadata, created_at, block_number)
          OVERRIDING SYSTEM VALUE
          SELECT made.*, ${bind(committedAt, 'timestamptz')}, block_number FROM head, ${made.unnest()} AS made`;
}

/** An account that is made with this commit gets its balance with it. */
function balancePart(bind: Bind, balances: readonly NewBalance[]): string {
  const moved = new Columns(bind, balances)
    .plain('bigint', ({ accountId }) => accountId)
    .plain('bigint', ({ net }) => net)
    .plain('bigint', ({ heldDebits }) => heldDebits)
    .plain('bigint', ({ heldCredits }) => heldCredits)
    .plain('bigint', ({ version }) => version);
  return `INSERT INTO finance_balance (account_id, net, held_debits, held_credits, version)
          SELECT moved.* FROM head, ${moved.unnest()} AS moved
          ON CONFLICT (account_id) DO UPDATE SET net = excluded.net, held_debits = excluded.held_debits,
            held_credits = excluded.held_credits, version = excluded.version`;
}

function transactionPart(bind: Bind, transactions: readonly Transaction[], { committedAt }: Block): string {
  const added = new Columns(bind, transactions)
    .plain('uuid', ({ id }) => id)
    .plain('text', ({ type }) => type)
    .plain('text', ({ state }) => state)
    .plain('bigint', ({ amount }) => amount)
    .plain('text', ({ currency }) => currency)
    .plain('text', ({ channel }) => channel)
    .text('text', ({ orderId }) => orderId)
    .text('text', ({ customerId }) => customerId)
    .plain('uuid', ({ originalTransactionId }) => originalTransactionId)
    .text('text', ({ description }) => description)
    .json('jsonb', ({ postings }) => postings.map(toStoredPosting))
    .json('jsonb', ({ details }) => details)
    .plain('timestamptz', ({ effectiveAt }) => isoOf(effectiveAt))
    .plain('timestamptz', ({ expiresAt }) => (expiresAt ? isoOf(expiresAt) : null))
    .plain('integer', kindOf)
    .plain('uuid', ({ createdBy }) => createdBy)
    .text('text', ({ correlationId }) => correlationId);
  return `INSERT INTO finance_transaction (id, type, state, amount, currency, channel, order_id, customer_id, original_transaction_id,
            description, postings, details, effective_at, expires_at, kind, created_by, correlation_id, recorded_at, block_number)
          SELECT added.*, ${bind(committedAt, 'timestamptz')}, block_number FROM head, ${added.unnest()} AS added`;
}

function entryPart(bind: Bind, entries: readonly NewEntry[], { committedAt }: Block): string {
  const added = new Columns(bind, entries)
    .plain('bigint', ({ accountId }) => accountId)
    .plain('bigint', ({ version }) => version)
    .plain('uuid', ({ transactionId }) => transactionId)
    .plain('bigint', ({ amount }) => amount)
    .plain('bigint', ({ netAfter }) => netAfter)
    .plain('timestamptz', ({ effectiveAt }) => isoOf(effectiveAt))
    .plain('integer', ({ kind }) => kind);
  return `INSERT INTO finance_entry (account_id, version, transaction_id, amount, net_after, effective_at, kind, recorded_at)
          SELECT added.*, ${bind(committedAt, 'timestamptz')} FROM head, ${added.unnest()} AS added`;
}

function dayPart(bind: Bind, sums: readonly DaySum[]): string {
  const added = new Columns(bind, sums)
    .plain('bigint', ({ accountId }) => accountId)
    .plain('date', ({ day }) => day)
    .text('text', ({ channel }) => channel)
    .plain('numeric', ({ debits }) => debits)
    .plain('numeric', ({ credits }) => credits);
  return `INSERT INTO finance_daily AS d (account_id, day, channel, debits, credits)
          SELECT added.* FROM head, ${added.unnest()} AS added
          ON CONFLICT (account_id, day, channel) DO UPDATE
            SET debits = d.debits + excluded.debits, credits = d.credits + excluded.credits`;
}

function holdPart(bind: Bind, holds: readonly NewHold[]): string {
  const added = new Columns(bind, holds)
    .plain('bigint', ({ accountId }) => accountId)
    .plain('bigint', ({ version }) => version)
    .plain('uuid', ({ transactionId }) => transactionId)
    .plain('bigint', ({ amount }) => amount)
    .plain('timestamptz', ({ effectiveAt }) => isoOf(effectiveAt))
    .plain('integer', ({ kind }) => kind);
  return `INSERT INTO finance_hold (account_id, version, transaction_id, amount, effective_at, kind)
          SELECT added.* FROM head, ${added.unnest()} AS added`;
}

function settlementPart(bind: Bind, settlements: readonly SettlementRecord[], { committedAt }: Block): string {
  const added = new Columns(bind, settlements)
    .plain('uuid', ({ pendingId }) => pendingId)
    .plain('text', ({ outcome }) => outcome)
    .plain('uuid', ({ captureId }) => captureId);
  return `INSERT INTO finance_settlement (pending_id, outcome, capture_id, recorded_at, block_number)
          SELECT added.*, ${bind(committedAt, 'timestamptz')}, block_number FROM head, ${added.unnest()} AS added
          RETURNING pending_id, outcome`;
}

/** A pending transaction shows how it ended. */
const SETTLED = 'UPDATE finance_transaction t SET state = ended.outcome FROM ended WHERE t.id = ended.pending_id';

function requestPart(bind: Bind, answers: readonly FreshAnswer[], { committedAt }: Block): string {
  const added = new Columns(bind, answers)
    .plain('uuid', ({ request }) => request.owner)
    .text('text', ({ request }) => request.key)
    .json('jsonb', ({ request }) => request.fingerprintText)
    .json('json', ({ answer }) => answer);
  return `INSERT INTO finance_request (principal_id, key, fingerprint, answer, created_at, block_number)
          SELECT added.*, ${bind(committedAt, 'timestamptz')}, block_number FROM head, ${added.unnest()} AS added`;
}

/** Adds a value to a statement. @returns how its text refers to it */
type Bind = (value: unknown, type: string) => string;

/**
 * One statement that writes to several tables, each part a common table expression. Its parts and their order decide its text, so that
 * the database plans each combination once.
 */
class WriteStatement {
  private readonly values: unknown[] = [];
  private readonly parts: { name: string; text: string }[] = [];

  add(name: string, part: (bind: Bind) => string): void {
    const bind: Bind = (value, type) => `$${this.values.push(value)}::${type}`;
    this.parts.push({ name, text: part(bind) });
  }

  build(result: string): { name: string; text: string; values: readonly unknown[] } {
    const expressions = this.parts.map(({ name, text }) => `${name} AS (${text})`).join(', ');
    // PostgreSQL keeps 63 characters of a name.
    const name = `finance_write_${this.parts.map((part) => part.name.slice(0, 3)).join('_')}`;
    return { name, text: `WITH ${expressions} ${result}`, values: this.values };
  }
}

/** Rows as arrays of their columns, which `unnest` puts side by side again: much less for the database to read than rows one by one. */
class Columns<T> {
  private readonly arrays: string[] = [];

  constructor(
    private readonly bind: Bind,
    private readonly rows: readonly T[],
  ) {}

  /** A column of numbers, ids, times or single words: nothing in it needs a quote. */
  plain(type: string, of: (row: T) => string | bigint | number | null): this {
    let text = '';
    for (const row of this.rows) text += `,${of(row) ?? 'NULL'}`;
    return this.column(type, text);
  }

  /** A column of any texts. */
  text(type: string, of: (row: T) => string | null): this {
    let text = '';
    for (const row of this.rows) {
      const value = of(row);
      text += value === null ? ',NULL' : `,"${value.replace(/["\\]/g, '\\$&')}"`;
    }
    return this.column(type, text);
  }

  /** A column of JSON. Its text has no control characters, so that a second quoting is that of an array as well. */
  json(type: 'json' | 'jsonb', of: (row: T) => object): this {
    let text = '';
    for (const row of this.rows) {
      const value = of(row);
      text += `,${JSON.stringify(value instanceof CanonicalText ? value.text : JSON.stringify(value))}`;
    }
    return this.column(type, text);
  }

  unnest(): string {
    return `unnest(${this.arrays.join(', ')})`;
  }

  private column(type: string, text: string): this {
    this.arrays.push(this.bind(`{${text.slice(1)}}`, `${type}[]`));
    return this;
  }
}
