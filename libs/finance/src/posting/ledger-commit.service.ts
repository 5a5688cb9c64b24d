import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import { AppException, Ids } from '#platform/kernel';
import { decide } from './decision.js';
import { chosenAccounts, codesIn, codesOf, standardAccounts } from './draft-accounts.js';
import { type LedgerState, type Passed, savedState, type WorkingAccount } from './ledger-state.js';
import type { Block } from '../chain/chain.js';
import type { Draft } from '../drafts/draft.js';
import { BatchAbortedException, IdempotencyConflictException, refusalOf } from '../books/finance.exceptions.js';
import { differingFields } from './differing-fields.js';
import type { Transaction } from '../books/transaction.js';
import { type FreshAnswer, idOf, type KeyedRequest, type StoredAnswer } from './keyed-request.js';
import { type Connection, type Head, LedgerRepository, type LedgerView } from './ledger.repository.js';
import type { LedgerCommit } from './posting.repository.js';
import {
  answerOf,
  type ItemOutcome,
  type PostingItem,
  type PostingUnit,
  type UnitOutcome,
  type Verdict,
} from './posting-unit.js';
import { type Decided, LedgerWriterService } from './ledger-writer.service.js';
import { fromStored, recordedIds, type StoredOutcome, toStored } from './stored-verdict.js';

/** What a request came to: of a single one, or of each item of a unit. */
interface KnownAnswer {
  readonly asked: Pick<KeyedRequest, 'fingerprint'>;
  readonly outcomes: readonly ItemOutcome[];
}

/** A batch while it is decided. */
interface Run {
  readonly state: LedgerState;
  /** Answers of earlier commits, and of requests before this one in the batch. */
  readonly answers: Map<string, KnownAnswer>;
  /** Answers that this batch gives. */
  readonly fresh: FreshAnswer[];
  readonly decided: Decided[];
}

/** What became of each unit, or the exception with which it is refused as a whole. */
export type Outcomes = (UnitOutcome | AppException)[];

/** A batch that is decided and sealed. */
export interface SealedCommit {
  readonly outcomes: Outcomes;
  /** What is to be written. */
  readonly batch: LedgerCommit | undefined;
  /** Where the ledger stood before. */
  readonly head: Head;
  /** The accounts it depended on, as they are after it. */
  readonly accounts: ReadonlyMap<string, WorkingAccount>;
  /** What was answered before, and what it answers itself. */
  readonly answers: ReadonlyMap<string, KnownAnswer>;
}

/** Decides the units of one batch in their order and writes what passed. */
@Injectable()
export class LedgerCommitService {
  constructor(
    private readonly ledger: LedgerRepository,
    private readonly writer: LedgerWriterService,
    private readonly ids: Ids,
  ) {}

  /** Reads what the batch depends on, decides and seals. Nothing is written; whether what was read is still true shows when it is. */
  async decide(connection: Connection, units: readonly PostingUnit[]): Promise<SealedCommit> {
    const drafts = draftsOf(units);
    const view = await this.read(connection, units, drafts);
    return this.decideOn(connection, view, units, drafts);
  }

  /**
   * Like `decide`, while the batch before is being written: all it depends on is then what that batch leaves in memory and what that
   * batch does not touch.
   *
   * @returns undefined for what has to wait: it refers to earlier transactions, to accounts that are only being made, or to nothing written
   */
  async decideAfter(
    before: SealedCommit,
    connection: Connection,
    units: readonly PostingUnit[],
  ): Promise<SealedCommit | undefined> {
    const drafts = draftsOf(units);
    if (before.batch?.accounts.length !== 0 || drafts.some(({ kind }) => kind !== 'post')) return undefined;
    const view = await this.read(connection, units, drafts);
    if (view.head.due.length > 0) return undefined;
    const given = before.batch.answers.map(({ request }) => idOf(request));
    const answers = given.map((id) => [id, before.answers.get(id)] as const);
    return this.decideOn(connection, asAfter(before, before.batch.block, view), units, drafts, answers);
  }

  /** @returns false when somebody else wrote to the ledger, on any replica, since the batch was decided; nothing is written then */
  write(connection: Connection, { batch }: SealedCommit): Promise<boolean> {
    return this.writer.write(connection, batch);
  }

  /** Decides and writes a batch when its turn comes: others wait meanwhile. */
  async runLocked(tx: DatabaseTransaction, units: readonly PostingUnit[]): Promise<Outcomes> {
    await this.ledger.lockHead(tx);
    const sealed = await this.decide(tx, units);
    if (!(await this.write(tx, sealed))) throw new Error('The ledger moved under the lock of its head');
    return sealed.outcomes;
  }

  private read(connection: Connection, units: readonly PostingUnit[], drafts: readonly Draft[]): Promise<LedgerView> {
    const keyed = units.flatMap(({ request, items }) => [request, ...items.map((item) => item.request)]);
    return this.ledger.read(
      connection,
      codesOf(drafts),
      keyed.filter((request) => request !== undefined),
    );
  }

  /** @param answered answers that are on their way to the database, by `idOf` */
  private async decideOn(
    connection: Connection,
    view: LedgerView,
    units: readonly PostingUnit[],
    drafts: readonly Draft[],
    answered: readonly (readonly [string, KnownAnswer | undefined])[] = [],
  ): Promise<SealedCommit> {
    const { head } = view;
    const expiries = head.due.map((originalId): Draft => ({ kind: 'expiry', originalId }));
    const state = await this.stateOf(connection, view, [...expiries, ...drafts]);
    const answers = await this.known(connection, view.answers);
    for (const [id, answer] of answered) if (answer) answers.set(id, answer);
    const run: Run = { state, answers, fresh: [], decided: [] };
    for (const draft of expiries) this.verdictOf(draft, run);
    const outcomes = units.map((unit) => this.outcomeOf(unit, run));
    const batch = await this.writer.seal(connection, head, run);
    return { outcomes, batch, head, accounts: state.accounts, answers };
  }

  private outcomeOf(unit: PostingUnit, run: Run): UnitOutcome | AppException {
    const { request } = unit;
    const stored = request && run.answers.get(idOf(request));
    if (stored) {
      const conflict = conflictOf(request, stored);
      return conflict ?? { items: stored.outcomes, isReplay: true };
    }
    const items = unit.isAtomic
      ? this.allOrNothing(unit.items, run)
      : unit.items.map((item) => this.itemOutcome(item, run));
    if (request) keep(request, items, { items: items.map((item) => toStored(item, true)) }, run);
    return { items, isReplay: false };
  }

  private itemOutcome(item: PostingItem, run: Run): ItemOutcome {
    const { request } = item;
    const stored = request && run.answers.get(idOf(request));
    if (stored) {
      const conflict = conflictOf(request, stored);
      const [outcome] = stored.outcomes;
      if (!outcome) throw new Error('A stored answer without outcome');
      return conflict ? { refusal: refusalOf(conflict) } : { ...outcome, isReplay: true };
    }
    const verdict: Verdict =
      'draft' in item ? this.verdictOf(item.draft, run, request !== undefined) : { refusal: item.refusal };
    if (request) keep(request, [verdict], toStored(verdict, false), run);
    return verdict;
  }

  private allOrNothing(items: readonly PostingItem[], run: Run): ItemOutcome[] {
    const saved = savedState(run.state);
    const [decidedBefore, freshBefore] = [run.decided.length, run.fresh.length];
    const outcomes = items.map((item) => this.itemOutcome(item, run));
    const refused = outcomes.findIndex((outcome) => 'refusal' in outcome);
    if (refused === -1) return outcomes;
    saved.restore();
    run.decided.length = decidedBefore;
    for (const { request } of run.fresh.splice(freshBefore)) run.answers.delete(idOf(request));
    const aborted = { refusal: refusalOf(new BatchAbortedException(refused)) };
    return outcomes.map((outcome) => ('refusal' in outcome || outcome.isReplay ? outcome : aborted));
  }

  /** @param hasBalances what a batch answers of one of its items says nothing of balances, unless it is kept under a key of its own */
  private verdictOf(draft: Draft, run: Run, hasBalances = false): Verdict {
    try {
      const passed = decide(draft, run.state);
      const transaction = this.recorded(passed, run.state);
      run.decided.push({ passed, transaction });
      return { answer: answerOf(transaction ?? settled(passed), hasBalances ? passed.touched : [], run.state) };
    } catch (error) {
      if (!(error instanceof AppException)) throw error;
      return { refusal: refusalOf(error) };
    }
  }

  private recorded({ transaction }: Passed, { now }: LedgerState): Transaction | undefined {
    return transaction && { ...transaction, id: this.ids.next(), recordedAt: now };
  }

  /** The view, with originals and their accounts. */
  private async stateOf(connection: Connection, view: LedgerView, drafts: readonly Draft[]): Promise<LedgerState> {
    const { accounts, head } = view;
    const ids = new Set(drafts.flatMap((draft) => (draft.kind === 'post' ? [] : [draft.originalId])));
    const originals = await this.ledger.workingOriginals(connection, [...ids]);
    const codes = [...originals.values()].flatMap(({ transaction }) => codesIn(transaction.postings));
    codes.push(...chosenAccounts(drafts, originals));
    const missing = [...new Set(codes)].filter((code) => !accounts.has(code));
    if (missing.length > 0) {
      for (const account of await this.ledger.workingAccounts(connection, missing)) accounts.set(account.code, account);
    }
    const unknown = [...new Set([...codesOf(drafts), ...codes])].filter((code) => !accounts.has(code));
    for (const account of standardAccounts(unknown, drafts, head.now)) accounts.set(account.code, account);
    return { accounts, originals, now: head.now, openSince: head.openSince };
  }

  /** What was answered before, as it was answered. */
  private async known(
    connection: Connection,
    stored: ReadonlyMap<string, StoredAnswer>,
  ): Promise<Map<string, KnownAnswer>> {
    const kept = [...stored].map(([id, asked]) => ({ id, asked, outcomes: outcomesIn(asked.answer) }));
    const ids = kept.flatMap(({ outcomes }) => recordedIds(outcomes));
    const transactions = await this.ledger.transactions(connection, ids);
    return new Map(
      kept.map(({ id, asked, outcomes }) => [
        id,
        { asked, outcomes: outcomes.map((outcome) => fromStored(outcome, transactions)) },
      ]),
    );
  }
}

function draftsOf(units: readonly PostingUnit[]): Draft[] {
  return units.flatMap(({ items }) => items.flatMap((item) => ('draft' in item ? [item.draft] : [])));
}

/** Of a unit, or of a single request. */
function outcomesIn(answer: object): StoredOutcome[] {
  return 'items' in answer ? (answer.items as StoredOutcome[]) : [answer as StoredOutcome];
}

function settled({ settles }: Passed): Transaction {
  if (!settles) throw new Error('A draft passed without effect');
  return { ...settles.original, state: settles.outcome };
}

/** A key stands for one request. */
function conflictOf(request: KeyedRequest, known: KnownAnswer): IdempotencyConflictException | undefined {
  const differing = differingFields(known.asked.fingerprint, request.fingerprint);
  return differing.length === 0 ? undefined : new IdempotencyConflictException(differing);
}

function keep(request: KeyedRequest, outcomes: readonly ItemOutcome[], answer: object, { answers, fresh }: Run): void {
  answers.set(idOf(request), { asked: request, outcomes });
  fresh.push({ request, answer });
}

/** What was read while a batch was being written, as it is after that batch. */
function asAfter({ head, accounts }: SealedCommit, { number, hash }: Block, read: LedgerView): LedgerView {
  const now = read.head.now > head.now ? read.head.now : head.now;
  const known = [...read.accounts].map(([code, account]) => [code, accounts.get(code) ?? account] as const);
  return {
    head: { ...read.head, now, blockNumber: number, blockHash: hash },
    accounts: new Map(known),
    answers: read.answers,
  };
}
