import { Injectable } from '@nestjs/common';
import { Between, type EntityTarget, In, IsNull, LessThan, MoreThan } from 'typeorm';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import type { Account } from '../books/account.js';
import { accountsNow } from '../tables/accounts-now.repository.js';
import { toTransaction, type Transaction } from '../books/transaction.js';
import { UNKNOWN_KIND } from '../books/transaction-kind.js';
import type { Block } from '../chain/chain.js';
import { toBlock } from '../chain/chain.repository.js';
import type { ExpectedEntry, ExpectedHold, RebuiltAccount } from '../chain/ledger-rebuild.js';
import { type AccountChange, accountLeaf, type Leaf, type SettlementRecord, transactionLeaf } from '../chain/leaves.js';
import { AccountChangeEntity } from '../tables/account-change.entity.js';
import { AccountEntity } from '../tables/account.entity.js';
import { BlockEntity } from '../tables/block.entity.js';
import { DailyEntity } from '../tables/daily.entity.js';
import { EntryEntity } from '../tables/entry.entity.js';
import { HeadEntity } from '../tables/head.entity.js';
import { HoldEntity } from '../tables/hold.entity.js';
import { PeriodEntity } from '../tables/period.entity.js';
import { RequestEntity } from '../tables/request.entity.js';
import { SettlementEntity } from '../tables/settlement.entity.js';
import { TransactionEntity } from '../tables/transaction.entity.js';

/** What a block was made of, as it stands in the database now. */
export interface SealedRecord {
  readonly blockNumber: number;
  readonly leaf: Leaf;
  readonly account?: Account;
  readonly transaction?: Transaction;
  /** Of the transaction, as lists find it. */
  readonly kind?: number;
  readonly settlement?: SettlementRecord;
  readonly change?: AccountChange;
  /** A month that was closed. */
  readonly month?: string;
  /** When the row says that it was made, where the leaf does not hold it. */
  readonly createdAt?: Date;
}

/** Blocks that are read at a time, and records after which no more blocks are added. */
const [PAGE_BLOCKS, PAGE_RECORDS] = [500, 5_000];

/** Accounts whose entries or holds are looked for at a time. */
const PAGE_ACCOUNTS = 200;

/** A table whose rows are sealed. */
type SealedTable = EntityTarget<{ blockNumber: number | null }>;

const SEALED: readonly SealedTable[] = [
  AccountEntity,
  TransactionEntity,
  SettlementEntity,
  RequestEntity,
  PeriodEntity,
  AccountChangeEntity,
];

/** The head as it is kept. */
export interface KeptHead {
  readonly number: number;
  readonly hash: string;
  readonly recordedAt: Date;
  readonly openSince: Date;
  readonly timeZone: string;
}

/** What a verification reads. Everything is of one moment. */
@Injectable()
export class VerificationRepository {
  async blocksAfter(tx: DatabaseTransaction, number: number): Promise<Block[]> {
    const found = await tx.repository(BlockEntity).find({
      where: { number: MoreThan(number) },
      order: { number: 'ASC' },
      take: PAGE_BLOCKS,
    });
    const blocks = found.map(toBlock);
    let records = 0;
    const end = blocks.findIndex(({ count }) => (records += count) >= PAGE_RECORDS);
    return end === -1 ? blocks : blocks.slice(0, end + 1);
  }

  /** The records of a range of blocks, both ends included. */
  async recordsOf(tx: DatabaseTransaction, from: number, to: number): Promise<SealedRecord[]> {
    const rowsOf = <T extends { blockNumber: number | null }>(entity: new () => T): Promise<(T & Sealed)[]> =>
      tx
        .repository(entity)
        .createQueryBuilder('s')
        .where({ blockNumber: Between(from, to) })
        .getMany() as Promise<(T & Sealed)[]>;
    const accounts = await rowsOf(AccountEntity);
    const transactions = await rowsOf(TransactionEntity);
    const settlements = await rowsOf(SettlementEntity);
    const requests = await rowsOf(RequestEntity);
    const changes = await rowsOf(AccountChangeEntity);
    const changed = await tx.repository(AccountEntity).findBy({ id: In(changes.map(({ accountId }) => accountId)) });
    const codes = new Map(changed.map(({ id, code }) => [id, code]));
    const periods = await rowsOf(PeriodEntity);
    return [
      ...accounts.map((account) => ({ blockNumber: account.blockNumber, leaf: accountLeaf(account), account })),
      ...transactions.map(({ blockNumber, kind, ...stored }) => {
        const transaction = toTransaction(stored);
        return { blockNumber, leaf: transactionLeaf(transaction), transaction, kind };
      }),
      ...settlements.map(({ blockNumber, pendingId, outcome, captureId, recordedAt }) => {
        const settlement = { pendingId, outcome, captureId, recordedAt: recordedAt.toISOString() };
        return { blockNumber, leaf: { settlement }, settlement };
      }),
      ...requests.map(({ blockNumber, principalId, key, fingerprint, answer, createdAt }) => ({
        blockNumber,
        leaf: { request: { principalId, key, fingerprint, answer: answer as object } },
        createdAt,
      })),
      ...changes.map(({ blockNumber, accountId, isClosed, name, number, principalId, recordedAt }) => {
        const at = recordedAt.toISOString();
        const change = { account: codes.get(accountId) ?? '', isClosed, name, number, principalId, recordedAt: at };
        return { blockNumber, leaf: { accountChange: change }, change };
      }),
      ...periods.map(({ blockNumber, manifest, closedAt, month }) => ({
        blockNumber,
        leaf: { period: manifest },
        month,
        createdAt: closedAt,
      })),
    ];
  }

  /** The entries that are not as they should be, by transaction. */
  async wrongEntries(tx: DatabaseTransaction, expected: readonly ExpectedEntry[]): Promise<string[]> {
    const entries = await linesOf(tx, EntryEntity, expected);
    const placeOf = (code: string, version: bigint): string => `${code} ${version}`;
    const stored = new Map(entries.map(({ code, line }) => [placeOf(code, line.version), line]));
    const wrong = expected.filter((entry) => {
      const found = stored.get(placeOf(entry.account, entry.version));
      return !(
        found?.transactionId === entry.transactionId &&
        found.amount === entry.amount &&
        found.netAfter === entry.netAfter &&
        found.effectiveAt.getTime() === entry.effectiveAt.getTime() &&
        found.recordedAt.getTime() === entry.recordedAt.getTime() &&
        [entry.kind, UNKNOWN_KIND].includes(found.kind)
      );
    });
    return [...new Set(wrong.map(({ transactionId }) => transactionId))];
  }

  /** The holds that are not as they should be, by transaction. */
  async wrongHolds(tx: DatabaseTransaction, expected: readonly ExpectedHold[]): Promise<string[]> {
    const holds = await linesOf(tx, HoldEntity, expected);
    const placeOf = (code: string, version: bigint, id: string): string => `${code} ${version} ${id}`;
    const stored = new Map(holds.map(({ code, line }) => [placeOf(code, line.version, line.transactionId), line]));
    const wrong = expected.filter((hold) => {
      const found = stored.get(placeOf(hold.account, hold.version, hold.transactionId));
      const isAsMeant = found?.amount === hold.amount && found.state === hold.state;
      // Of what was held before its kind was kept, its time is not known either.
      const isKnown = found?.kind === hold.kind && found.effectiveAt?.getTime() === hold.effectiveAt.getTime();
      return !(isAsMeant && (isKnown || found.kind === UNKNOWN_KIND));
    });
    return [...new Set(wrong.map(({ transactionId }) => transactionId))];
  }

  /** Every balance as it is kept. */
  async balances(tx: DatabaseTransaction): Promise<Map<string, RebuiltAccount>> {
    const accounts = await accountsNow(tx).getMany();
    return new Map(
      accounts.map(({ code, balance: { net, heldDebits, heldCredits, version, name, isClosed } }) => [
        code,
        { net, heldDebits, heldCredits, version, name, isClosed },
      ]),
    );
  }

  /** Every sum of a day as it is kept, by `account day channel`. */
  async daily(tx: DatabaseTransaction): Promise<Map<string, { debits: bigint; credits: bigint }>> {
    const accounts = await tx.repository(AccountEntity).find({ select: { id: true, code: true } });
    const codes = new Map(accounts.map(({ id, code }) => [id, code]));
    const days = await tx.repository(DailyEntity).find();
    return new Map(
      days.map(({ accountId, day, channel, debits, credits }) => [
        `${codes.get(accountId)} ${day} ${channel}`,
        { debits, credits },
      ]),
    );
  }

  /** Rows of each table, and those in no block that exists. */
  async strays(tx: DatabaseTransaction, lastBlock: number): Promise<{ table: string; count: number }[]> {
    const found = [];
    for (const entity of SEALED) {
      const rows = tx.repository(entity);
      const isStray = [IsNull(), LessThan(1), MoreThan(lastBlock)].map((blockNumber) => ({ blockNumber }));
      found.push({ table: rows.metadata.tableName, count: await rows.countBy(isStray) });
    }
    return found;
  }

  /** How many entries and holds there are. */
  async countLines(tx: DatabaseTransaction): Promise<{ entries: bigint; holds: bigint }> {
    const entries = await tx.repository(EntryEntity).count();
    return { entries: BigInt(entries), holds: BigInt(await tx.repository(HoldEntity).count()) };
  }

  /** The head as it is kept. */
  async head(tx: DatabaseTransaction): Promise<KeptHead> {
    const head = await tx.repository(HeadEntity).findOneByOrFail({ isOnly: true });
    const { blockNumber: number, blockHash, recordedAt, openSince, timeZone } = head;
    return { number, hash: blockHash.toString('hex'), recordedAt, openSince, timeZone };
  }
}

/** What is asked by its block has one. */
interface Sealed {
  blockNumber: number;
}

/** Entries or holds of some accounts, with those accounts' codes: of each account, those between the first and the last that is expected. */
async function linesOf<T extends { accountId: bigint; version: bigint }>(
  tx: DatabaseTransaction,
  entity: new () => T,
  expected: readonly { account: string; version: bigint }[],
): Promise<{ code: string; line: T }[]> {
  const spans = new Map<string, { first: bigint; last: bigint }>();
  for (const { account, version } of expected) {
    const { first, last } = spans.get(account) ?? { first: version, last: version };
    spans.set(account, { first: version < first ? version : first, last: version > last ? version : last });
  }
  const codes = [...spans.keys()];
  const found: { code: string; line: T }[] = [];
  for (let index = 0; index < codes.length; index += PAGE_ACCOUNTS) {
    const some = codes.slice(index, index + PAGE_ACCOUNTS);
    const accounts = await tx.repository(AccountEntity).findBy({ code: In(some) });
    const codeOf = new Map(accounts.map(({ id, code }) => [id, code]));
    const between = accounts.map(({ id, code }) => {
      const { first = 0n, last = 0n } = spans.get(code) ?? {};
      return { accountId: id, version: Between(first, last) };
    });
    const lines =
      between.length === 0 ? [] : await tx.repository(entity).createQueryBuilder('l').where(between).getMany();
    for (const line of lines) found.push({ code: codeOf.get(line.accountId) ?? '', line });
  }
  return found;
}
