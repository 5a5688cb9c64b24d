import type { Account, AccountType } from '../books/account.js';
import type { AccountChange, SettlementRecord } from './leaves.js';
import { BooksCalendar } from '../books/calendar.js';
import { channelOf } from '../books/day-sums.js';
import { kindOf } from '../books/transaction-kind.js';
import { signed, type Transaction, type TransactionState } from '../books/transaction.js';

/** What an account comes to. Debit-positive minor units. */
export interface RebuiltAccount {
  net: bigint;
  heldDebits: bigint;
  heldCredits: bigint;
  version: bigint;
  /** What it is called since it was renamed. */
  name: string | null;
  isClosed: boolean;
}

/** An entry as it should stand. */
export interface ExpectedEntry {
  readonly account: string;
  readonly version: bigint;
  readonly transactionId: string;
  readonly amount: bigint;
  readonly netAfter: bigint;
  readonly effectiveAt: Date;
  readonly recordedAt: Date;
  readonly kind: number;
}

/** A hold as it should stand. */
export interface ExpectedHold {
  readonly account: string;
  readonly version: bigint;
  readonly transactionId: string;
  readonly amount: bigint;
  readonly effectiveAt: Date;
  readonly kind: number;
  readonly state: TransactionState;
}

interface Pending {
  readonly state: TransactionState;
  /** What it still holds: each capture takes its part off. */
  readonly left: Map<string, bigint>;
  readonly blockNumber: number;
}

/**
 * Works the ledger out again from its records alone, in their order: every entry, hold, balance and sum of a day. Says what does not
 * add up.
 */
export class LedgerRebuild {
  readonly accounts = new Map<string, RebuiltAccount>();
  /** Debits and credits by `account day channel`. */
  readonly daily = new Map<string, { debits: bigint; credits: bigint }>();
  /** End of the latest closed month. */
  openSince = new Date(0);
  private readonly types = new Map<string, { type: AccountType; currency: string }>();
  private readonly changes = new Map<string, number>();
  private readonly pending = new Map<string, Pending>();

  /** @param calendar of the sums of days; whoever does not look at them needs none */
  constructor(
    private readonly fault: (blockNumber: number, message: string) => void,
    private readonly calendar = new BooksCalendar('UTC'),
  ) {}

  account({ code, type, currency }: Pick<Account, 'code' | 'type' | 'currency'>): void {
    this.types.set(code, { type, currency });
    this.accounts.set(code, {
      net: 0n,
      heldDebits: 0n,
      heldCredits: 0n,
      version: 0n,
      name: null,
      isClosed: false,
    });
  }

  transaction(transaction: Transaction, blockNumber: number): { entries: ExpectedEntry[]; holds: ExpectedHold[] } {
    const { id, state, effectiveAt, recordedAt } = transaction;
    const sums = this.sumsOf(transaction, blockNumber);
    const lines = [...sums].map(([code, amount]) => ({ code, amount, account: this.accounts.get(code) }));
    const known = lines.flatMap(({ account, ...line }) => (account ? [{ ...line, account }] : []));
    if (state !== 'posted') {
      this.pending.set(id, { state, left: new Map(sums), blockNumber });
      for (const { account, amount } of known) hold(account, amount, 1n);
      const holds = known.map(({ code, amount, account: { version } }) => ({
        account: code,
        version,
        transactionId: id,
        amount,
        effectiveAt,
        kind: kindOf(transaction),
        state,
      }));
      return { entries: [], holds };
    }
    this.take(transaction, sums, blockNumber);
    if (effectiveAt < this.openSince) this.fault(blockNumber, `${id} is effective in a month that was closed before`);
    const kind = kindOf(transaction);
    const entries = known.map(({ code, amount, account }) => {
      account.net += amount;
      account.version += 1n;
      this.addToDay(code, transaction, amount);
      const { version, net: netAfter } = account;
      return { account: code, version, transactionId: id, amount, netAfter, effectiveAt, recordedAt, kind };
    });
    return { entries, holds: [] };
  }

  change({ account: code, number, name, isClosed }: AccountChange, blockNumber: number): void {
    const account = this.accounts.get(code);
    const expected = (this.changes.get(code) ?? 0) + 1;
    this.changes.set(code, expected);
    if (!account || number !== expected) this.fault(blockNumber, `The changes of ${code} do not follow each other`);
    else Object.assign(account, { name, isClosed });
  }

  settlement({ pendingId, outcome }: SettlementRecord, blockNumber: number): void {
    const pending = this.pending.get(pendingId);
    if (!pending) {
      this.fault(blockNumber, `${pendingId} was ${outcome}, but is not known to be pending`);
      return;
    }
    if (pending.state !== outcome)
      this.fault(pending.blockNumber, `${pendingId} is ${pending.state}, but was ${outcome}`);
    this.release(pending.left);
    this.pending.delete(pendingId);
  }

  /** From here on nothing is effective in the month or before. Months were closed in the zone of the books. */
  period({ month, timeZone = 'UTC' }: { month: string; timeZone?: string }, blockNumber: number): void {
    try {
      this.openSince = new BooksCalendar(timeZone).month(month).end;
    } catch {
      this.fault(blockNumber, `${month} in ${timeZone} is no month`);
    }
  }

  /** To be called when all records were taken in. */
  finish(): void {
    for (const [id, { state, blockNumber }] of this.pending) {
      if (state !== 'pending') this.fault(blockNumber, `${id} is ${state}, but nothing ended it`);
    }
  }

  /** A capture takes what it posts off what its pending transaction holds. */
  private take(
    { id, originalTransactionId }: Transaction,
    sums: ReadonlyMap<string, bigint>,
    blockNumber: number,
  ): void {
    const pending = originalTransactionId === null ? undefined : this.pending.get(originalTransactionId);
    if (!pending) return;
    this.release(sums);
    for (const [code, amount] of sums) {
      const left = (pending.left.get(code) ?? 0n) - amount;
      if (left !== 0n && left > 0n !== amount > 0n) this.fault(blockNumber, `${id} takes more than was held`);
      pending.left.set(code, left);
    }
  }

  private release(sums: ReadonlyMap<string, bigint>): void {
    for (const [code, amount] of sums) {
      const account = this.accounts.get(code);
      if (account) hold(account, amount, -1n);
    }
  }

  private sumsOf({ id, postings }: Transaction, blockNumber: number): Map<string, bigint> {
    const byAccount = new Map<string, bigint>();
    const byCurrency = new Map<string, bigint>();
    for (const posting of postings) {
      const known = this.types.get(posting.account);
      if (!known) this.fault(blockNumber, `${id} names the unknown account ${posting.account}`);
      else if (known.currency !== posting.currency)
        this.fault(blockNumber, `${id} posts ${posting.currency} to ${posting.account}`);
      if (this.accounts.get(posting.account)?.isClosed)
        this.fault(blockNumber, `${id} posts to ${posting.account}, which was closed`);
      byAccount.set(posting.account, (byAccount.get(posting.account) ?? 0n) + signed(posting));
      byCurrency.set(posting.currency, (byCurrency.get(posting.currency) ?? 0n) + signed(posting));
    }
    if ([...byCurrency.values()].some((sum) => sum !== 0n)) this.fault(blockNumber, `${id} does not balance`);
    return new Map([...byAccount].filter(([, amount]) => amount !== 0n));
  }

  private addToDay(code: string, { effectiveAt, channel }: Transaction, amount: bigint): void {
    const type = this.types.get(code)?.type;
    const key = `${code} ${this.calendar.dayOf(effectiveAt)} ${type === undefined ? '' : channelOf(type, channel)}`;
    const sum = this.daily.get(key) ?? { debits: 0n, credits: 0n };
    this.daily.set(key, sum);
    if (amount > 0n) sum.debits += amount;
    else sum.credits -= amount;
  }
}

function hold(account: RebuiltAccount, amount: bigint, times: 1n | -1n): void {
  if (amount > 0n) account.heldDebits += amount * times;
  else account.heldCredits -= amount * times;
}
