import { Injectable } from '@nestjs/common';
import { Clock } from '#platform/kernel';
import { normalSign } from '../books/account.js';
import { BooksCalendar } from '../books/calendar.js';
import { AccountNotFoundException } from '../books/account.exceptions.js';
import { formatMoney } from '../books/money.js';
import { type AccountFilter, AccountRepository, type AccountWithNet, type Entry } from './account.repository.js';

export type { AccountFilter, AccountWithNet, Entry } from './account.repository.js';

/** A balance in the account's normal sign, in major units. */
export interface Balance {
  account: string;
  currency: string;
  posted: string;
  /** What all pending transactions, as of now, would change. */
  pending: string;
  /** What is posted less what pending transactions would take away. */
  available: string;
  effectiveAt: Date;
  knownAt: Date;
}

/** Entries that are summed up without a thought. */
const FEW_ENTRIES = 10_000n;

/** Accounts, their statements and their balances as of any two times. */
@Injectable()
export class AccountService {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly calendar: BooksCalendar,
    private readonly clock: Clock,
  ) {}

  /** @throws AccountNotFoundException */
  async get(code: string): Promise<AccountWithNet> {
    const account = await this.accounts.findByCode(code);
    if (!account) throw new AccountNotFoundException();
    return account;
  }

  /** By code; one more than `limit` when there is a next page. */
  list(limit: number, filter: AccountFilter, after?: string): Promise<AccountWithNet[]> {
    return this.accounts.listByCode(limit + 1, filter, after);
  }

  /** Latest first; one more than `limit` when there is a next page. */
  async entries(code: string, limit: number, before?: bigint): Promise<{ account: AccountWithNet; entries: Entry[] }> {
    const account = await this.get(code);
    return { account, entries: await this.accounts.entriesOf(account.id, limit + 1, before) };
  }

  /** What was effective by one time, as far as it was known by another; now when left out. A day is meant to its end. */
  async balance(code: string, effective?: string, known?: string): Promise<Balance> {
    const [effectiveAt, knownAt] = [effective, known].map((text) =>
      text === undefined ? undefined : this.calendar.read(text).until,
    );
    const account = await this.get(code);
    const net = await this.netAt(account, effectiveAt, knownAt);
    const sign = normalSign(account.type);
    const [incoming, outgoing] =
      sign === 1n ? [account.heldDebits, account.heldCredits] : [account.heldCredits, account.heldDebits];
    const text = (minor: bigint): string => formatMoney(minor, account.currency);
    const now = this.clock.now();
    return {
      account: code,
      currency: account.currency,
      posted: text(net * sign),
      pending: text(incoming - outgoing),
      available: text(net * sign - outgoing),
      effectiveAt: effectiveAt ?? now,
      knownAt: knownAt ?? now,
    };
  }

  /** Costs about the same whatever is stored; only when both times are long past, what came between them counts. */
  private async netAt(account: AccountWithNet, effectiveAt?: Date, knownAt?: Date): Promise<bigint> {
    if (knownAt === undefined) {
      return effectiveAt === undefined ? account.net : this.accounts.netEffectiveAt(account.id, effectiveAt);
    }
    const known = await this.accounts.latestKnownAt(account.id, knownAt);
    if (effectiveAt === undefined) return known.net;
    return known.later <= FEW_ENTRIES
      ? (await this.accounts.netEffectiveAt(account.id, effectiveAt)) -
          (await this.accounts.netAfter(account.id, known.version, effectiveAt))
      : known.net - (await this.accounts.netBeyond(account.id, known.version, effectiveAt));
  }
}
