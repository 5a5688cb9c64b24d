import { everyLane, where } from '#platform/database';
import { type KindMask, kindMask, UNKNOWN_KIND } from '../books/transaction-kind.js';
import type { TransactionRow } from '../tables/transaction-row.postgres.js';
import type { TransactionFilter, TransactionPosition } from './transaction.repository.js';

/** A transaction of a list. */
export interface ListedRow extends TransactionRow {
  /** Its number in the account's statement, where the list goes by that. */
  version?: string;
}

/** Columns that a list goes by, latest first, and their types. */
const ORDERS = {
  recorded: { recorded_at: 'timestamptz', id: 'uuid' },
  effective: { effective_at: 'timestamptz', id: 'uuid' },
  statement: { version: 'bigint', transaction_id: 'uuid' },
  effectiveStatement: { effective_at: 'timestamptz', version: 'bigint', transaction_id: 'uuid' },
} as const;
type Order = Readonly<Record<string, 'timestamptz' | 'uuid' | 'bigint'>>;

/** Rows that a list is made of. */
interface Source {
  readonly table: 'finance_transaction' | 'finance_entry' | 'finance_hold';
  /** What all its rows have in common. */
  readonly own: readonly string[];
  readonly order: Order;
}

/**
 * The statement of a list. PostgreSQL can go through one index in the order of the list; with a filter that few rows match it would go
 * through all of it. So indexes begin with what is filtered by, and a list puts the beginnings of a few stretches of them together: of
 * each kind and state there is (a lane), as many rows as the page has.
 */
export class TransactionList {
  private readonly values: unknown[] = [];
  private readonly mask: KindMask | undefined;
  /** Whether it is a list of a span of effective time, and goes by that. */
  private readonly isSpan: boolean;
  private readonly from: Date | undefined;
  private readonly to: Date | undefined;

  constructor(
    private readonly filter: TransactionFilter,
    private readonly limit: number,
    private readonly after?: TransactionPosition,
  ) {
    this.mask = kindMask(filter);
    this.isSpan = filter.from !== undefined || filter.to !== undefined;
    this.from = filter.from ?? filter.recordedFrom;
    this.to = filter.to ?? filter.recordedTo;
  }

  /** @param ofFew the filter by customer leaves few rows: they are read before those of an account or a span */
  statement(ofFew: boolean): { text: string; values: unknown[] } {
    const text = this.text(ofFew);
    return { text, values: this.values };
  }

  private text(ofFew: boolean): string {
    const { orderId, customerId, correlationId, originalTransactionId, createdBy, account, state } = this.filter;
    const order = this.isSpan ? ORDERS.effective : ORDERS.recorded;
    const all = { table: 'finance_transaction', own: [], order } as const;
    const few = { order_id: orderId, correlation_id: correlationId, original_transaction_id: originalTransactionId };
    if (Object.values(few).some((value) => value !== undefined))
      return this.ofFew(all, { ...few, customer_id: customerId });
    if (customerId !== undefined && ofFew) return this.ofFew(all, { customer_id: customerId });
    if (account !== undefined) return this.ofAccount(account);
    const own = this.equal({ customer_id: customerId, created_by: createdBy });
    return this.mask || state !== undefined || this.isSpan || own.length > 0
      ? this.last(order, [this.lanes({ ...all, own }, ['kind', 'state'])])
      : this.last(order, [this.page(all, [])]);
  }

  /** What one index finds and leaves few of: the rest of the filter is asked of each. */
  private ofFew(source: Source, equal: Readonly<Record<string, string | undefined>>): string {
    const { type, channel, state, currency, account } = this.filter;
    const own = [
      ...this.equal({ ...equal, type, channel, state, currency }),
      ...(account === undefined ? [] : [`m.postings @> ${this.bind(JSON.stringify([{ account }]))}::jsonb`]),
    ];
    return this.last(source.order, [this.page({ ...source, own }, [])]);
  }

  /** Through the account's own entries and holds, in their order: what other accounts did does not matter. */
  private ofAccount(code: string): string {
    const { state } = this.filter;
    const order = this.isSpan ? ORDERS.effectiveStatement : ORDERS.statement;
    const own = [`m.account_id = (SELECT id FROM finance_account WHERE code = ${this.bind(code)})`];
    // What is posted has entries and no holds; what is or was pending has holds and no entries.
    const parts = [
      ...(state === undefined || state === 'posted'
        ? [this.legs({ table: 'finance_entry', own, order }, this.mask ? ['kind'] : [])]
        : []),
      ...(state === 'posted'
        ? []
        : [
            this.legs({ table: 'finance_hold', own, order }, this.mask || state !== undefined ? ['state', 'kind'] : []),
          ]),
    ];
    return this.last(order, parts);
  }

  private legs(source: Source, keys: readonly string[]): string {
    const { type, channel, currency, state, customerId } = this.filter;
    const isByLanes = keys.length > 0 && !this.isSpan;
    const found = isByLanes ? this.lanes(source, keys) : this.page(source, []);
    const rest = this.equal({ type, channel, currency, state, customer_id: customerId }, 't');
    return this.last(source.order, [
      `SELECT t.*, m.version, m.transaction_id FROM (${found}) m JOIN finance_transaction t ON t.id = m.transaction_id ${where(rest)}`,
    ]);
  }

  /** The latest rows of some parts together. */
  private last(order: Order, parts: readonly string[]): string {
    const sorted = Object.keys(order).map((column) => `${column} DESC`);
    return `SELECT * FROM (${parts.map((part) => `(${part})`).join(' UNION ALL ')}) m ORDER BY ${sorted.join(', ')} LIMIT ${this.bind(this.limit)}`;
  }

  /** A page of each lane that the filter lets through. */
  private lanes(source: Source, keys: readonly string[]): string {
    const { state, type, channel, currency } = this.filter;
    const chosen = [
      ...(this.mask
        ? [`(kind & ${this.bind(this.mask.mask)} = ${this.bind(this.mask.value)} OR kind = ${UNKNOWN_KIND})`]
        : []),
      ...(state === undefined || !keys.includes('state') ? [] : [`state = ${this.bind(state)}`]),
    ];
    // Of what has no kind every row is asked; entries and holds are asked after this.
    const asked = source.table === 'finance_transaction' ? this.equal({ type, channel, currency }) : [];
    const own = [...source.own, ...(asked.length > 0 ? [`(m.kind <> ${UNKNOWN_KIND} OR ${asked.join(' AND ')})`] : [])];
    return `WITH RECURSIVE lane AS (${everyLane(source, keys)})
      SELECT m.* FROM (SELECT * FROM lane ${where(chosen)}) lane CROSS JOIN LATERAL (${this.page({ ...source, own }, keys)}) m`;
  }

  /**
   * The latest rows of a source, of the current lane if there are keys. Comparing and sorting whole rows leaves PostgreSQL the one index
   * that begins with the keys.
   */
  private page({ table, own, order }: Source, keys: readonly string[]): string {
    const { from, to } = this;
    const { customerId } = this.filter;
    const columns = Object.keys(order);
    const compare = (comparison: string, values: readonly string[]): string => {
      const left = [...keys, ...columns.slice(0, values.length)].map((column) => `m.${column}`);
      return `(${left.join(', ')}) ${comparison} (${[...keys.map((key) => `lane.${key}`), ...values].join(', ')})`;
    };
    const time = (at: Date): string => `${this.bind(at)}::timestamptz`;
    // One bound on each side: of several, PostgreSQL would begin or end at any.
    const lowest = from ? [compare('>=', [time(from)])] : keys.length > 0 ? [compare('>=', [])] : [];
    const highest = (): string[] => (to ? [compare('<', [time(to)])] : keys.length > 0 ? [compare('<=', [])] : []);
    const conditions = [
      ...own,
      ...lowest,
      ...(this.after
        ? [this.behind(this.after, order, compare), ...(to ? [`m.${columns[0]} < ${time(to)}`] : [])]
        : highest()),
    ];
    const sorted = [...keys, ...columns].map((column) => `m.${column} DESC`).join(', ');
    const page = `SELECT m.* FROM ${table} m ${where(conditions)} ORDER BY ${sorted}`;
    if (table === 'finance_transaction') return `${page} LIMIT ${this.bind(this.limit)}`;
    // Something is left to ask of these rows: as many as it takes are read.
    if (customerId !== undefined || (this.isSpan && (this.mask || this.filter.state !== undefined))) return page;
    if (!keys.includes('kind')) return `${page} LIMIT ${this.bind(this.limit)}`;
    return `${page} LIMIT CASE WHEN lane.kind <> ${UNKNOWN_KIND} THEN ${this.bind(this.limit)}::bigint END`;
  }

  private behind(
    { at, id, version }: TransactionPosition,
    order: Order,
    compare: (comparison: string, values: readonly string[]) => string,
  ): string {
    const values = { recorded_at: at, effective_at: at, version, id, transaction_id: id };
    const bound = Object.entries(order).map(
      ([column, type]) => `${this.bind(values[column as keyof typeof values])}::${type}`,
    );
    return compare('<', bound);
  }

  private equal(values: Readonly<Record<string, string | undefined>>, alias = 'm'): string[] {
    return Object.entries(values).flatMap(([column, value]) =>
      value === undefined ? [] : [`${alias}.${column} = ${this.bind(value)}`],
    );
  }

  private bind(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}
