import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { Database, type Transaction as DatabaseTransaction } from '#platform/database';
import { type AccountNow, accountsNow } from '../tables/accounts-now.repository.js';
import { BooksCalendar } from '../books/calendar.js';
import { BooksMovedException } from '../books/finance.exceptions.js';
import { toTransaction, type Transaction } from '../books/transaction.js';
import { HeadEntity } from '../tables/head.entity.js';
import { RequestEntity } from '../tables/request.entity.js';
import { TransactionEntity } from '../tables/transaction.entity.js';
import { idOf, type KeyedRequest, type StoredAnswer } from './keyed-request.js';
import { type WorkingAccount, workingOriginal, type WorkingOriginal } from './ledger-state.js';

/** Where the ledger stands. */
export interface Head {
  /** When the next commit is recorded: the database's time, and never before an earlier commit. */
  now: Date;
  /** End of the latest closed month. */
  openSince: Date;
  /** Pending transactions whose time is over. */
  due: string[];
  /** The latest block. */
  blockNumber: number;
  blockHash: string;
}

/** What most commits depend on. */
export interface LedgerView {
  head: Head;
  accounts: Map<string, WorkingAccount>;
  /** By `idOf`. */
  answers: Map<string, StoredAnswer>;
}

/** Where statements run: in an open transaction, or each in one of its own. */
export type Connection = Database | DatabaseTransaction;

/** Pending transactions that one commit lets expire at most. */
export const MAX_DUE = 1_000;

/** What a commit depends on. Everything happens in its transaction, under the lock of the head. */
@Injectable()
export class LedgerRepository {
  constructor(
    protected readonly database: Database,
    private readonly calendar: BooksCalendar,
  ) {}

  /** Waits for the turn of this commit: from here to the end of the transaction nobody else writes to the ledger. */
  async lockHead(tx: DatabaseTransaction): Promise<Head> {
    await tx.lockOne(HeadEntity, { isOnly: true });
    return this.head(tx);
  }

  /**
   * Where the ledger stands, accounts by code, and what was answered under keys before. Whatever a commit reads after it is as good as read
   * with it when the head has not moved at its end.
   */
  async read(connection: Connection, codes: readonly string[], keyed: readonly KeyedRequest[]): Promise<LedgerView> {
    // First, so that what is read then is not older than it.
    const head = await this.head(connection);
    const accounts = await this.workingAccounts(connection, codes);
    const asked = keyed.map(({ owner, key }) => ({ principalId: owner, key }));
    const requests = asked.length === 0 ? [] : await connection.repository(RequestEntity).findBy(asked);
    return {
      head,
      accounts: new Map(accounts.map((account) => [account.code, account])),
      answers: new Map(
        requests.map(({ principalId, key, fingerprint, answer }) => [
          idOf({ owner: principalId, key }),
          { fingerprint, answer: answer ?? {} },
        ]),
      ),
    };
  }

  async workingAccounts(connection: Connection, codes: readonly string[]): Promise<WorkingAccount[]> {
    const accounts = await accountsNow(connection)
      .where({ code: In(codes) })
      .getMany();
    return accounts.map(toWorkingAccount);
  }

  /** Transactions as they are now, by id. */
  async transactions(connection: Connection, ids: readonly string[]): Promise<Map<string, Transaction>> {
    if (ids.length === 0) return new Map();
    const found = await connection.repository(TransactionEntity).findBy({ id: In(ids) });
    return new Map(found.map((transaction) => [transaction.id, toTransaction(transaction)]));
  }

  /** Ids for accounts that are to be made, or names that stand for them in their commit, until it is written. */
  newAccountIds(_connection: Connection, count: number): Promise<string[]> {
    return Promise.resolve(Array.from({ length: count }, (_, index) => `new ${index}`));
  }

  /** The originals of refunds, reversals and settlements; and of a refund that may be reversed, the sale. */
  async workingOriginals(connection: Connection, ids: readonly string[]): Promise<Map<string, WorkingOriginal>> {
    if (ids.length === 0) return new Map();
    const named = [...(await this.transactions(connection, ids)).values()];
    const refunds = named.filter(({ type }) => type === 'refund');
    const sales = await this.transactions(
      connection,
      refunds.flatMap(({ originalTransactionId: id }) => (id === null ? [] : [id])),
    );
    const originals = new Map([...named.map((one) => [one.id, one] as const), ...sales]);
    const followers = await this.followersOf(connection, [...originals.keys()]);
    const takenBack = (await this.followersOf(connection, idsOf(followers))).filter(({ type }) => type === 'reversal');
    const isTakenBack = new Set(takenBack.map(({ originalTransactionId }) => originalTransactionId));
    return new Map(
      [...originals].map(([id, transaction]) => {
        const own = followers.filter(({ originalTransactionId }) => originalTransactionId === id);
        return [id, workingOriginal(transaction, own, (refund) => isTakenBack.has(refund.id))];
      }),
    );
  }

  /** @throws BooksMovedException when the books are kept in another zone than this process keeps them in */
  protected assertZone(zone: string): void {
    if (zone !== this.calendar.zone) throw new BooksMovedException(zone, this.calendar.zone);
  }

  private async head(connection: Connection): Promise<Head> {
    const { now, past } = this.database.dialect;
    const {
      entities: [head],
      raw: [more],
    } = await connection
      .repository(HeadEntity)
      .createQueryBuilder('h')
      .addSelect(now, 'now')
      .getRawAndEntities<{ now: Date }>();
    if (!head || !more) throw new Error('The ledger has no head');
    this.assertZone(head.timeZone);
    const due = await connection.repository(TransactionEntity).find({
      select: { id: true },
      where: { state: 'pending', expiresAt: past() },
      order: { expiresAt: 'ASC' },
      take: MAX_DUE,
    });
    return {
      now: more.now > head.recordedAt ? more.now : head.recordedAt,
      openSince: head.openSince,
      due: idsOf(due),
      blockNumber: head.blockNumber,
      blockHash: head.blockHash.toString('hex'),
    };
  }

  private async followersOf(connection: Connection, ids: readonly string[]): Promise<Transaction[]> {
    if (ids.length === 0) return [];
    const found = await connection.repository(TransactionEntity).findBy({ originalTransactionId: In(ids) });
    return found.map(toTransaction);
  }
}

function idsOf(rows: readonly { id: string }[]): string[] {
  return rows.map(({ id }) => id);
}

function toWorkingAccount({ id, balance, ...account }: AccountNow): WorkingAccount {
  const { code, type, currency, minBalance, maxBalance } = account;
  const { net, heldDebits, heldCredits, version, isClosed } = balance;
  return {
    id: id.toString(),
    code,
    type,
    currency,
    minBalance,
    maxBalance,
    isClosed,
    toBeMade: undefined,
    net,
    heldDebits,
    heldCredits,
    version,
  };
}
