/** A leg of the model: debits above zero, credits below, in cents. */
export interface ModelLeg {
  account: string;
  cents: number;
}

export interface ModelTransaction {
  id: string;
  type: 'journal' | 'sale' | 'refund' | 'reversal';
  state: 'posted' | 'pending' | 'captured' | 'voided';
  cents: number;
  legs: ModelLeg[];
  original: ModelTransaction | undefined;
  effectiveAt: Date;
  recordedAt: Date;
}

interface ModelAccount {
  /** Debits make its balance grow. */
  isDebit: boolean;
  min?: number;
  max?: number;
}

/** What has been closed; months count across all models of a database. */
export class ModelCalendar {
  /** End of the latest closed month. */
  openSince = new Date(0);
  /** Months in which something is effective. */
  readonly busy = new Set<string>();
  readonly closed = new Set<string>();

  /** @returns the code of the refusal, if it is one */
  close(month: string): string | undefined {
    if (this.closed.has(month)) return undefined;
    const [start, end] = [monthStart(month), monthStart(month, 1)];
    if (end <= this.openSince) return 'FINANCE.PERIOD_CLOSED';
    if ([...this.busy].some((one) => monthStart(one) >= this.openSince && monthStart(one) < start)) {
      return 'FINANCE.PERIOD_NOT_CLOSABLE';
    }
    this.openSince = end;
    this.closed.add(month);
    return undefined;
  }
}

/**
 * The ledger as naively as it can be written: all transactions in a list, and every question answered by going through all of it.
 * It knows nothing of the code that it is compared with.
 */
export class LedgerModel {
  readonly transactions: ModelTransaction[] = [];

  constructor(
    readonly accounts: ReadonlyMap<string, ModelAccount>,
    readonly calendar: ModelCalendar,
  ) {}

  /** Debits less credits of what is posted, as far as it was effective by one time and recorded by another. */
  net(account: string, effectiveBy = Infinity, recordedBy = Infinity): number {
    return this.sum(account, ({ state, effectiveAt, recordedAt }) => {
      const isKnown = Number(effectiveAt) <= effectiveBy && Number(recordedAt) <= recordedBy;
      return state === 'posted' && isKnown;
    });
  }

  /** In the account's normal sign. */
  balance(account: string, effectiveBy?: number, recordedBy?: number): number {
    // Not minus nothing.
    return this.sign(account) * this.net(account, effectiveBy, recordedBy) + 0;
  }

  /** What pending transactions would take away, and bring. */
  held(account: string): { outgoing: number; incoming: number } {
    const pending = this.transactions.filter(({ state }) => state === 'pending');
    const moves = pending.map((one) => {
      const left = 1 - this.captured(one) / one.cents;
      return this.sign(account) * Math.round(sumOf(one.legs, account) * left);
    });
    return {
      outgoing: moves.reduce((sum, move) => sum - Math.min(move, 0), 0),
      incoming: moves.reduce((sum, move) => sum + Math.max(move, 0), 0),
    };
  }

  /** Whether adding legs, and letting go of legs that are held, keeps every limit. */
  keepsLimits(legs: readonly ModelLeg[], isPending: boolean, released: readonly ModelLeg[] = []): boolean {
    return [...this.accounts].every(([account, { min, max }]) => {
      const before = this.range(account, [], false);
      const after = this.range(account, legs, isPending, released);
      const isLow = min !== undefined && after.low < min && after.low < before.low;
      const isHigh = max !== undefined && after.high > max && after.high > before.high;
      return !isLow && !isHigh;
    });
  }

  refunded(sale: ModelTransaction): number {
    const refunds = this.transactions.filter(({ type, original }) => type === 'refund' && original === sale);
    return refunds.filter((refund) => !this.isReversed(refund)).reduce((sum, { cents }) => sum + cents, 0);
  }

  /** A posted transaction that was pending before. */
  isCapture({ type, original }: ModelTransaction): boolean {
    return type === 'journal' && original !== undefined;
  }

  captured(pending: ModelTransaction): number {
    const captures = this.transactions.filter((one) => this.isCapture(one) && one.original === pending);
    return captures.reduce((sum, { cents }) => sum + cents, 0);
  }

  isReversed(transaction: ModelTransaction): boolean {
    return this.transactions.some(({ type, original }) => type === 'reversal' && original === transaction);
  }

  private range(
    account: string,
    legs: readonly ModelLeg[],
    isPending: boolean,
    released: readonly ModelLeg[] = [],
  ): { low: number; high: number } {
    const move = this.sign(account) * sumOf(legs, account);
    const freed = this.sign(account) * sumOf(released, account);
    const { outgoing, incoming } = this.held(account);
    const posted = this.balance(account) + (isPending ? 0 : move);
    return {
      low: posted - outgoing + Math.min(isPending ? move : 0, 0) - Math.min(freed, 0),
      high: posted + incoming + Math.max(isPending ? move : 0, 0) - Math.max(freed, 0),
    };
  }

  private sum(account: string, counts: (transaction: ModelTransaction) => boolean): number {
    return this.transactions.filter(counts).reduce((sum, { legs }) => sum + sumOf(legs, account), 0);
  }

  private sign(account: string): number {
    return this.accounts.get(account)?.isDebit ? 1 : -1;
  }
}

export function monthOf(at: Date): string {
  return at.toISOString().slice(0, 7);
}

function monthStart(month: string, later = 0): Date {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + later));
}

function sumOf(legs: readonly ModelLeg[], account: string): number {
  return legs.reduce((sum, leg) => (leg.account === account ? sum + leg.cents : sum), 0);
}
