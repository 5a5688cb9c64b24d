import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { Database, type Transaction as DatabaseTransaction } from '#platform/database';
import type { Account } from '../books/account.js';
import { BooksCalendar } from '../books/calendar.js';
import { DaySums } from '../books/day-sums.js';
import { toStoredPosting, type Transaction } from '../books/transaction.js';
import { kindOf } from '../books/transaction-kind.js';
import type { Block } from '../chain/chain.js';
import { storedBlock } from '../chain/chain.repository.js';
import type { SettlementRecord } from '../chain/leaves.js';
import { AccountEntity } from '../tables/account.entity.js';
import { BalanceEntity } from '../tables/balance.entity.js';
import { BlockEntity } from '../tables/block.entity.js';
import { DailyEntity } from '../tables/daily.entity.js';
import { EntryEntity } from '../tables/entry.entity.js';
import { HeadEntity } from '../tables/head.entity.js';
import { HoldEntity } from '../tables/hold.entity.js';
import { RequestEntity } from '../tables/request.entity.js';
import { SettlementEntity } from '../tables/settlement.entity.js';
import { TransactionEntity } from '../tables/transaction.entity.js';
import type { FreshAnswer } from './keyed-request.js';
import type { Connection } from './ledger.repository.js';
import type { Hold, Movement, WorkingAccount } from './ledger-state.js';

/** A line of an account's statement, and the sums of its day. */
export interface NewEntry extends Omit<Movement, 'account'> {
  readonly accountId: string;
  readonly transactionId: string;
  readonly effectiveAt: Date;
  /** Empty where sums are not kept by channel. */
  readonly channel: string;
  readonly kind: number;
}

export interface NewHold extends Hold {
  readonly accountId: string;
  readonly transactionId: string;
  readonly effectiveAt: Date;
  readonly kind: number;
}

export interface NewAccount extends Account {
  readonly id: string;
}

/** What an account comes to. */
export type NewBalance = Pick<WorkingAccount, 'net' | 'heldDebits' | 'heldCredits' | 'version'> & {
  readonly accountId: string;
};

/** All that one commit adds to the ledger. */
export interface LedgerCommit {
  readonly block: Block;
  readonly accounts: readonly NewAccount[];
  readonly transactions: readonly Transaction[];
  readonly entries: readonly NewEntry[];
  readonly holds: readonly NewHold[];
  readonly settlements: readonly SettlementRecord[];
  readonly balances: readonly NewBalance[];
  readonly answers: readonly FreshAnswer[];
}

/** Writes what was decided. */
@Injectable()
export class PostingRepository {
  constructor(protected readonly calendar: BooksCalendar) {}

  /**
   * Writes a commit, if its block still follows the latest one. When somebody else wrote meanwhile, or the books were moved to another time
   * zone, nothing is written.
   *
   * @returns whether it was written
   */
  write(connection: Connection, commit: LedgerCommit): Promise<boolean> {
    return connection instanceof Database
      ? connection.transaction((tx) => this.writeIn(tx, commit))
      : this.writeIn(connection, commit);
  }

  private async writeIn(tx: DatabaseTransaction, commit: LedgerCommit): Promise<boolean> {
    const block = storedBlock(commit.block);
    if (!(await this.moveHead(tx, block))) return false;
    const { number: blockNumber, committedAt: recordedAt } = block;
    await tx.insertMany(BlockEntity, [block]);
    const made = await this.makeAccounts(tx, commit.accounts, block);
    const withAccount = <T extends { accountId: string }>(row: T): Omit<T, 'accountId'> & { accountId: bigint } => ({
      ...row,
      accountId: made.get(row.accountId) ?? BigInt(row.accountId),
    });
    await tx.insertMany(BalanceEntity, commit.balances.map(balanceOf).map(withAccount), {
      key: ['accountId'],
      set: { net: 'take', heldDebits: 'take', heldCredits: 'take', version: 'take' },
    });
    await tx.insertMany(
      TransactionEntity,
      commit.transactions.map((transaction) => ({
        ...transaction,
        postings: transaction.postings.map(toStoredPosting),
        kind: kindOf(transaction),
        recordedAt,
        blockNumber,
      })),
    );
    await tx.insertMany(
      EntryEntity,
      commit.entries.map((entry) => ({ ...withAccount(entry), recordedAt })),
    );
    await tx.insertMany(DailyEntity, new DaySums(this.calendar).add(commit.entries).all.map(withAccount), {
      key: ['accountId', 'day', 'channel'],
      set: { debits: 'add', credits: 'add' },
    });
    await tx.insertMany(HoldEntity, commit.holds.map(withAccount));
    await this.settle(tx, commit.settlements, block);
    await tx.insertMany(
      RequestEntity,
      commit.answers.map(({ request: { owner, key, fingerprint }, answer }) => ({
        principalId: owner,
        key,
        fingerprint,
        answer,
        createdAt: recordedAt,
        blockNumber,
      })),
    );
    return true;
  }

  /** From the block before to this one. */
  private async moveHead(tx: DatabaseTransaction, { number, hash, committedAt }: BlockEntity): Promise<boolean> {
    const { affected } = await tx
      .repository(HeadEntity)
      .update(
        { isOnly: true, blockNumber: number - 1, timeZone: this.calendar.zone },
        { recordedAt: committedAt, blockNumber: number, blockHash: hash },
      );
    return affected === 1;
  }

  /** @returns the ids they got, by those they have in the commit */
  private async makeAccounts(
    tx: DatabaseTransaction,
    accounts: readonly NewAccount[],
    { number, committedAt }: BlockEntity,
  ): Promise<Map<string, bigint>> {
    if (accounts.length === 0) return new Map();
    await tx.insertMany(
      AccountEntity,
      accounts.map(({ id: _, ...account }) => ({ ...account, createdAt: committedAt, blockNumber: number })),
    );
    const codes = accounts.map(({ code }) => code);
    const made = await tx.repository(AccountEntity).findBy({ code: In(codes) });
    const ids = new Map(made.map(({ id, code }) => [code, id]));
    return new Map(accounts.map(({ id, code }) => [id, ids.get(code) ?? 0n]));
  }

  /** A pending transaction shows how it ended. */
  private async settle(
    tx: DatabaseTransaction,
    settlements: readonly SettlementRecord[],
    { number: blockNumber, committedAt: recordedAt }: BlockEntity,
  ): Promise<void> {
    await tx.insertMany(
      SettlementEntity,
      settlements.map((settlement) => ({ ...settlement, recordedAt, blockNumber })),
    );
    for (const state of new Set(settlements.map(({ outcome }) => outcome))) {
      const ended = settlements.filter(({ outcome }) => outcome === state).map(({ pendingId }) => pendingId);
      await tx.repository(TransactionEntity).update({ id: In(ended) }, { state });
    }
  }
}

/** Without what else is known of the account. */
function balanceOf({ accountId, net, heldDebits, heldCredits, version }: NewBalance): NewBalance {
  return { accountId, net, heldDebits, heldCredits, version };
}
