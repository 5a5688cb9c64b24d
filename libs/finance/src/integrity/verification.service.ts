import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import { Clock } from '#platform/kernel';
import { BooksCalendar } from '../books/calendar.js';
import { kindOf, UNKNOWN_KIND } from '../books/transaction-kind.js';
import { type Block, ChainFollower, leafHash } from '../chain/chain.js';
import { type ExpectedEntry, type ExpectedHold, LedgerRebuild } from '../chain/ledger-rebuild.js';
import { type AccountChange, inOrder } from '../chain/leaves.js';
import { SnapshotRepository } from './snapshot.repository.js';
import { type SealedRecord, VerificationRepository } from './verification.repository.js';
import { SigningKeyService } from '../chain/signing-key.service.js';

/** Problems that a report names; it counts all of them. */
const MAX_PROBLEMS = 100;

/** Something that is not as it was sealed, or does not follow from what was. */
export interface Problem {
  /** The block it is in; `null` for what belongs to none. */
  block: number | null;
  message: string;
}

/** What a verification found. */
export interface IntegrityReport {
  valid: boolean;
  blocks: number;
  transactions: number;
  accounts: number;
  /** Number and hash of the latest block. */
  head: { number: number; hash: string };
  problemCount: number;
  /** The first hundred. */
  problems: Problem[];
  checkedAt: string;
}

/** Works the whole ledger out again from its blocks, as of one moment, and compares it with what is stored. */
@Injectable()
export class VerificationService {
  constructor(
    private readonly snapshots: SnapshotRepository,
    private readonly records: VerificationRepository,
    private readonly keys: SigningKeyService,
    private readonly calendar: BooksCalendar,
    private readonly clock: Clock,
  ) {}

  /** @param signal ends a verification early */
  async verify(signal?: AbortSignal): Promise<IntegrityReport> {
    const keys = new Map((await this.keys.publicKeys()).map((key) => [key.kid, key]));
    return this.snapshots.read((tx) =>
      new Verification(this.records, keys, this.calendar, tx).run(this.clock.now(), signal),
    );
  }
}

/** One run. */
class Verification {
  private readonly problems: Problem[] = [];
  private problemCount = 0;
  private readonly chain: ChainFollower;
  private readonly rebuild: LedgerRebuild;
  private readonly counts = { transactions: 0, accounts: 0, entries: 0n, holds: 0n };

  constructor(
    private readonly records: VerificationRepository,
    keys: ConstructorParameters<typeof ChainFollower>[0],
    private readonly calendar: BooksCalendar,
    private readonly tx: DatabaseTransaction,
  ) {
    this.chain = new ChainFollower(keys);
    this.rebuild = new LedgerRebuild((block, message) => this.problem(block, message), calendar);
  }

  async run(now: Date, signal: AbortSignal | undefined): Promise<IntegrityReport> {
    let last: Block | undefined;
    for (;;) {
      signal?.throwIfAborted();
      const blocks = await this.records.blocksAfter(this.tx, last?.number ?? 0);
      if (blocks.length === 0) break;
      await this.checkPage(blocks);
      last = blocks.at(-1);
    }
    this.rebuild.finish();
    await this.checkEnd(last);
    const { transactions, accounts } = this.counts;
    return {
      valid: this.problemCount === 0,
      blocks: this.chain.head.number,
      transactions,
      accounts,
      head: this.chain.head,
      problemCount: this.problemCount,
      problems: this.problems,
      checkedAt: now.toISOString(),
    };
  }

  private async checkPage(blocks: Block[]): Promise<void> {
    const [from = 0, to = 0] = [blocks[0]?.number, blocks.at(-1)?.number];
    const byBlock = new Map<number, SealedRecord[]>();
    for (const record of await this.records.recordsOf(this.tx, from, to)) {
      const records = byBlock.get(record.blockNumber) ?? [];
      byBlock.set(record.blockNumber, records);
      records.push(record);
    }
    const [entries, holds]: [ExpectedEntry[], ExpectedHold[]] = [[], []];
    const blockOf = new Map<string, number>();
    for (const block of blocks) {
      const records = byBlock.get(block.number) ?? [];
      byBlock.delete(block.number);
      const leaves = inOrder(records.map(({ leaf }) => leaf)).map(leafHash);
      for (const fault of this.chain.follow(block, leaves)) this.problem(block.number, fault);
      for (const { account } of records) if (account) this.count('accounts', () => this.rebuild.account(account));
      const transactions = records.flatMap(({ transaction }) => transaction ?? []);
      for (const transaction of transactions.sort((a, b) => (a.id < b.id ? -1 : 1))) {
        blockOf.set(transaction.id, block.number);
        this.count('transactions', () => {
          const expected = this.rebuild.transaction(transaction, block.number);
          entries.push(...expected.entries);
          holds.push(...expected.holds);
        });
      }
      for (const { leaf, month, settlement, change, createdAt, transaction, kind } of records) {
        if (transaction && kind !== kindOf(transaction) && kind !== UNKNOWN_KIND)
          this.problem(block.number, `${transaction.id} is listed as of another kind than it is`);
        if (month !== undefined) this.closed(month, leaf, block.number);
        if (settlement) this.rebuild.settlement(settlement, block.number);
        if (change) this.changed(change, block);
        if (createdAt && createdAt.toISOString() !== block.committedAt)
          this.problem(block.number, 'A record is of another time than its block');
      }
    }
    for (const number of byBlock.keys()) this.problem(number, 'There are records of a block that is missing');
    this.counts.entries += BigInt(entries.length);
    this.counts.holds += BigInt(holds.length);
    for (const id of await this.records.wrongEntries(this.tx, entries))
      this.problem(blockOf.get(id) ?? null, `The entries of ${id} are not those of its postings`);
    for (const id of await this.records.wrongHolds(this.tx, holds))
      this.problem(blockOf.get(id) ?? null, `The holds of ${id} are not those of its postings`);
  }

  private changed(change: AccountChange, { number, committedAt }: Block): void {
    this.rebuild.change(change, number);
    if (change.recordedAt !== committedAt)
      this.problem(number, 'A change of an account is of another time than its block');
  }

  private closed(month: string, leaf: object, blockNumber: number): void {
    const { period } = leaf as { period: { month: string; timeZone?: string } };
    if (period.month === month) this.rebuild.period(period, blockNumber);
    else this.problem(blockNumber, `The month ${period.month} is kept as ${month}`);
  }

  /** What the blocks come to, against what is kept beside them. */
  private async checkEnd(last: Block | undefined): Promise<void> {
    const head = await this.records.head(this.tx);
    if (head.number !== this.chain.head.number || head.hash !== this.chain.head.hash)
      this.problem(head.number, 'The head is not the latest block');
    if (last && head.recordedAt.toISOString() !== last.committedAt)
      this.problem(last.number, 'The head is of another time than the latest block');
    if (head.openSince.getTime() !== this.rebuild.openSince.getTime())
      this.problem(null, 'The books are not open since the end of the latest closed month');
    if (head.timeZone !== this.calendar.zone)
      this.problem(null, `The books are kept in ${head.timeZone}, not in ${this.calendar.zone}`);
    for (const { table, count } of await this.records.strays(this.tx, head.number))
      if (count > 0) this.problem(null, `${count} rows of ${table} are in no block`);
    const lines = await this.records.countLines(this.tx);
    if (lines.entries !== this.counts.entries)
      this.problem(null, `There are ${lines.entries} entries, not ${this.counts.entries}`);
    if (lines.holds !== this.counts.holds)
      this.problem(null, `There are ${lines.holds} holds, not ${this.counts.holds}`);
    this.compare('The balance of', this.rebuild.accounts, await this.records.balances(this.tx));
    this.compare('The sums of', this.rebuild.daily, await this.records.daily(this.tx));
  }

  private compare<T extends object>(
    what: string,
    expected: ReadonlyMap<string, T>,
    stored: ReadonlyMap<string, T>,
  ): void {
    for (const name of new Set([...expected.keys(), ...stored.keys()])) {
      const [a, b] = [expected.get(name), stored.get(name)];
      const isSame = a && b && Object.entries(a).every(([field, value]) => b[field as keyof T] === value);
      if (!isSame) this.problem(null, `${what} ${name} is not what its transactions come to`);
    }
  }

  private count(what: 'accounts' | 'transactions', work: () => void): void {
    this.counts[what] += 1;
    work();
  }

  private problem(block: number | null, message: string): void {
    this.problemCount += 1;
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ block, message });
  }
}
