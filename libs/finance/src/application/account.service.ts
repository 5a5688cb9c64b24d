import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { Clock } from '#platform/kernel';
import { type AccountType, normalSign } from '../domain/account.js';
import {
  AccountExistsException,
  AccountNotFoundException,
  InvalidTransactionException,
} from '../domain/finance.exceptions.js';
import { formatMoney, parseMoney } from '../domain/money.js';
import { standardAccountOf } from '../domain/posting-rules.js';
import { AccountRepository, type AccountWithNet, type Entry } from '../infrastructure/account.repository.js';
import { LedgerRepository } from '../infrastructure/ledger.repository.js';
import { LedgerWriterService } from './ledger-writer.service.js';

export type { AccountWithNet, Entry } from '../infrastructure/account.repository.js';

export interface NewAccount {
  code: string;
  name: string;
  type: AccountType;
  currency: string;
  minBalance?: string | number | undefined;
  maxBalance?: string | number | undefined;
  metadata?: Readonly<Record<string, unknown>> | undefined;
}

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
    private readonly ledger: LedgerRepository,
    private readonly writer: LedgerWriterService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws AccountExistsException, InvalidMoneyException */
  async create(account: NewAccount): Promise<AccountWithNet> {
    const { code, name, type, currency, metadata } = account;
    const limit = (value: string | number | undefined, path: string): bigint | null =>
      value === undefined ? null : parseMoney(value, currency, path);
    const [minBalance, maxBalance] = [limit(account.minBalance, 'minBalance'), limit(account.maxBalance, 'maxBalance')];
    // Also tells whether the currency is one when there are no limits.
    parseMoney('0', currency, 'currency');
    const standard = standardAccountOf(code);
    if (standard && (standard.type !== type || standard.currency !== currency)) {
      throw new InvalidTransactionException('code', `is a standard account: ${standard.type} in ${standard.currency}`);
    }
    if (minBalance !== null && maxBalance !== null && minBalance > maxBalance) {
      throw new InvalidTransactionException('minBalance', 'must not be above maxBalance');
    }
    const created = {
      code,
      name,
      type,
      currency,
      minBalance,
      maxBalance,
      metadata: metadata ?? {},
    };
    await this.writer.prepare();
    await this.database.transaction(async (tx) => {
      const head = await this.ledger.lockHead(tx);
      const existing = await this.ledger.workingAccounts(tx, [code]);
      if (existing.length > 0) throw new AccountExistsException(code);
      await this.writer.writeAccount(tx, head, { ...created, createdAt: head.now });
    });
    return this.get(code);
  }

  /** @throws AccountNotFoundException */
  async get(code: string): Promise<AccountWithNet> {
    const account = await this.accounts.findByCode(code);
    if (!account) throw new AccountNotFoundException();
    return account;
  }

  /** By code; one more than `limit` when there is a next page. */
  list(limit: number, after?: string): Promise<AccountWithNet[]> {
    return this.accounts.listByCode(limit + 1, after);
  }

  /** Latest first; one more than `limit` when there is a next page. */
  async entries(code: string, limit: number, before?: bigint): Promise<{ account: AccountWithNet; entries: Entry[] }> {
    const account = await this.get(code);
    return { account, entries: await this.accounts.entriesOf(account.id, limit + 1, before) };
  }

  /** What was effective by one time, as far as it was known by another; now when left out. */
  async balance(code: string, effectiveAt?: Date, knownAt?: Date): Promise<Balance> {
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
