import { Injectable } from '@nestjs/common';
import {
  Between,
  In,
  IsNull,
  MoreThan,
  MoreThanOrEqual,
  Not,
  type ObjectLiteral,
  type SelectQueryBuilder,
} from 'typeorm';
import { Database, keyset } from '#platform/database';
import { toTransaction, type Transaction } from '../books/transaction.js';
import { AccountEntity } from '../tables/account.entity.js';
import { BlockEntity } from '../tables/block.entity.js';
import { EntryEntity } from '../tables/entry.entity.js';
import { HeadEntity } from '../tables/head.entity.js';
import { HoldEntity } from '../tables/hold.entity.js';
import { TransactionEntity } from '../tables/transaction.entity.js';

/** Which transactions a list shows. */
export interface TransactionFilter {
  type?: string | undefined;
  channel?: string | undefined;
  state?: string | undefined;
  account?: string | undefined;
  orderId?: string | undefined;
  customerId?: string | undefined;
  currency?: string | undefined;
  originalTransactionId?: string | undefined;
  correlationId?: string | undefined;
  createdBy?: string | undefined;
  /** Effective at or after. */
  from?: Date | undefined;
  /** Effective before. */
  to?: Date | undefined;
  /** Recorded at or after, and before; not together with a span of effective time. */
  recordedFrom?: Date | undefined;
  recordedTo?: Date | undefined;
}

/** Where a list goes on. */
export interface TransactionPosition {
  /** When it was recorded; in a list of a span of time, when it was effective. */
  at: string;
  id: string;
  /** Of the account that the list is filtered by. */
  version: string | undefined;
}

/** A transaction of a list, and where the list goes on behind it. */
export interface ListedTransaction {
  readonly transaction: Transaction;
  readonly position: TransactionPosition;
}

/** Where counting has come to. */
export interface LastCounted {
  readonly at: Date;
  readonly block: number;
}

/** Questions about transactions. */
@Injectable()
export class TransactionRepository {
  constructor(protected readonly database: Database) {}

  async findById(id: string): Promise<Transaction | undefined> {
    const transaction = await this.database.repository(TransactionEntity).findOneBy({ id });
    return transaction ? toTransaction(transaction) : undefined;
  }

  /** What one request, task or job run had recorded, in order of time. */
  async listOfCorrelation(correlationId: string, limit: number): Promise<Transaction[]> {
    const order = { recordedAt: 'ASC', id: 'ASC' } as const;
    const transactions = this.database.repository(TransactionEntity);
    return (await transactions.find({ where: { correlationId }, order, take: limit })).map(toTransaction);
  }

  /** Latest recorded first; of a span of time, latest effective first; of an account, in the order of its statement. */
  async listLatest(
    limit: number,
    filter: TransactionFilter,
    after?: TransactionPosition,
  ): Promise<ListedTransaction[]> {
    if (filter.account !== undefined) return this.listOfAccount(filter.account, limit, filter, after);
    const builder = this.database.repository(TransactionEntity).createQueryBuilder('t');
    filterBy(builder, filter);
    const at = isOfSpan(filter) ? 'effectiveAt' : 'recordedAt';
    const position = after && [after.at, after.id];
    const found = await keyset(builder, [`t.${at}`, 't.id'], 'DESC', position)
      .limit(limit)
      .getMany();
    return found.map((transaction) => ({
      transaction: toTransaction(transaction),
      position: { at: transaction[at].toISOString(), id: transaction.id, version: undefined },
    }));
  }

  /** Transactions recorded from an instant on in blocks behind `block`, and the last of them; times never run backwards from block to block. */
  async countBehind({ at, block }: LastCounted): Promise<{ count: number; last: LastCounted }> {
    const row = await this.database
      .repository(TransactionEntity)
      .createQueryBuilder('t')
      .select('count(*)', 'count')
      .addSelect('max(t.recordedAt)', 'at')
      .addSelect('max(t.blockNumber)', 'block')
      .where({ recordedAt: MoreThanOrEqual(at), blockNumber: MoreThan(block) })
      .getRawOne<{ count: string; at: Date | null; block: string | null }>();
    return { count: Number(row?.count ?? 0), last: { at: row?.at ?? at, block: Number(row?.block ?? block) } };
  }

  /** Number of the block that each of these is in; those that are in none are left out. */
  async blocksOf(ids: readonly string[]): Promise<Map<string, number>> {
    const where = { id: In(ids), blockNumber: Not(IsNull()) };
    const found = await this.database
      .repository(TransactionEntity)
      .find({ select: { id: true, blockNumber: true }, where });
    return new Map(found.map(({ id, blockNumber }) => [id, blockNumber ?? 0]));
  }

  /** Number of the last block. */
  async lastBlock(): Promise<number> {
    const head = await this.database
      .repository(HeadEntity)
      .findOne({ select: { isOnly: true, blockNumber: true }, where: { isOnly: true } });
    return head?.blockNumber ?? 0;
  }

  /** What was recorded in the blocks behind one and up to another, oldest first. */
  async ofBlocks(after: number, to: number, limit: number): Promise<Transaction[]> {
    const ends = { number: In([after + 1, to]) };
    const blocks = await this.database.repository(BlockEntity).find({ where: ends, order: { number: 'ASC' } });
    const [first, last] = [blocks.at(0), blocks.at(-1)];
    if (!first || !last) return [];
    const found = await this.database.repository(TransactionEntity).find({
      // Times are what an index finds; they never run backwards from block to block, but two blocks may have the same.
      where: {
        recordedAt: Between(first.committedAt, last.committedAt),
        blockNumber: Between(after + 1, to),
      },
      order: { recordedAt: 'ASC', id: 'ASC' },
      take: limit,
    });
    return found.map(toTransaction);
  }

  /** What is posted has entries and no holds; what is or was pending has holds and no entries. */
  private async listOfAccount(
    code: string,
    limit: number,
    filter: TransactionFilter,
    after?: TransactionPosition,
  ): Promise<ListedTransaction[]> {
    const account = await this.database.repository(AccountEntity).findOneBy({ code });
    if (!account) return [];
    const order = isOfSpan(filter) ? ['effectiveAt', 'version', 'transactionId'] : ['version', 'transactionId'];
    const position = after && (isOfSpan(filter) ? [after.at, after.version, after.id] : [after.version, after.id]);
    const legsOf = async <T extends EntryEntity | HoldEntity>(entity: new () => T): Promise<Leg[]> => {
      const builder = this.database
        .repository(entity)
        .createQueryBuilder('m')
        .innerJoinAndMapOne('m.transaction', TransactionEntity, 't', 't.id = m.transactionId')
        .where({ accountId: account.id });
      filterBy(builder, filter);
      const columns = order.map((property) => `m.${property}`);
      return keyset(builder, columns, 'DESC', position).limit(limit).getMany() as Promise<ObjectLiteral[]> as Promise<
        Leg[]
      >;
    };
    const legs = [...(await legsOf(EntryEntity)), ...(await legsOf(HoldEntity))];
    const isLater = isOfSpan(filter) ? laterEffective : laterInStatement;
    return legs
      .sort((a, b) => (isLater(a, b) ? -1 : 1))
      .slice(0, limit)
      .map(({ version, transaction }) => {
        const { id, effectiveAt, recordedAt } = transaction;
        const at = (isOfSpan(filter) ? effectiveAt : recordedAt).toISOString();
        return { transaction: toTransaction(transaction), position: { at, id, version: version.toString() } };
      });
  }
}

/** A line of an account's statement, or what is held of it, with its transaction. */
interface Leg {
  readonly version: bigint;
  readonly transaction: TransactionEntity;
}

function laterEffective(a: Leg, b: Leg): boolean {
  const [at, other] = [a.transaction.effectiveAt.getTime(), b.transaction.effectiveAt.getTime()];
  return at === other ? laterInStatement(a, b) : at > other;
}

function laterInStatement(a: Leg, b: Leg): boolean {
  return a.version === b.version ? a.transaction.id > b.transaction.id : a.version > b.version;
}

function isOfSpan({ from, to }: TransactionFilter): boolean {
  return from !== undefined || to !== undefined;
}

/** What a filter asks of a transaction itself, to be equal. */
const OWN_FIELDS = [
  'type',
  'channel',
  'state',
  'orderId',
  'customerId',
  'currency',
  'originalTransactionId',
  'correlationId',
  'createdBy',
] as const;

/** Lets through what a filter asks of the transactions `t` themselves. */
function filterBy<T extends ObjectLiteral>(builder: SelectQueryBuilder<T>, filter: TransactionFilter): void {
  const { from, to, recordedFrom, recordedTo } = filter;
  for (const property of OWN_FIELDS) {
    const value = filter[property];
    if (value !== undefined) builder.andWhere(`t.${property} = :${property}`, { [property]: value });
  }
  if (recordedFrom) builder.andWhere('t.recordedAt >= :recordedFrom', { recordedFrom });
  if (recordedTo) builder.andWhere('t.recordedAt < :recordedTo', { recordedTo });
  if (from) builder.andWhere('t.effectiveAt >= :from', { from });
  if (to) builder.andWhere('t.effectiveAt < :to', { to });
}
