import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import { type AppException, Ids } from '#platform/kernel';
import type { Block } from '../chain/chain.js';
import type { Draft } from '../drafts/draft.js';
import { CommitDecision, type KnownAnswer } from './commit-decision.js';
import { chosenAccounts, codesIn, codesOf, standardAccounts } from './draft-accounts.js';
import { idOf, type StoredAnswer } from './keyed-request.js';
import type { LedgerState, WorkingAccount } from './ledger-state.js';
import { LedgerWriterService } from './ledger-writer.service.js';
import { type Connection, type Head, LedgerRepository, type LedgerView } from './ledger.repository.js';
import type { LedgerCommit } from './posting.repository.js';
import type { PostingUnit, UnitOutcome } from './posting-unit.js';
import { fromStored, recordedIds, type StoredOutcome } from './stored-verdict.js';

/** What became of each unit, or the exception with which it is refused as a whole. */
export type Outcomes = (UnitOutcome | AppException)[];

/** A commit that is decided and sealed, and not written yet. */
export interface SealedCommit {
  readonly outcomes: Outcomes;
  /** What is to be written; `undefined` when nothing is. */
  readonly commit: LedgerCommit | undefined;
  /** Where the ledger stood before. */
  readonly head: Head;
  /** The accounts it depended on, as they are after it. */
  readonly accounts: ReadonlyMap<string, WorkingAccount>;
  /** What was answered before, and what it answers itself. */
  readonly answers: ReadonlyMap<string, KnownAnswer>;
}

/** Brings units into the ledger, step by step: read what they depend on, decide, seal; then write. */
@Injectable()
export class LedgerCommitService {
  constructor(
    private readonly ledger: LedgerRepository,
    private readonly writer: LedgerWriterService,
    private readonly ids: Ids,
  ) {}

  /** Nothing is written yet; whether what was read is still true shows when it is. */
  async prepare(connection: Connection, units: readonly PostingUnit[]): Promise<SealedCommit> {
    const drafts = draftsOf(units);
    return this.sealOn(await this.read(connection, units, drafts), connection, units, drafts);
  }

  /**
   * Like `prepare`, while the commit before is being written: all it depends on is then what that one leaves in memory and what it does
   * not touch.
   *
   * @returns undefined for what has to wait: it refers to earlier transactions, to accounts that are only being made, or to nothing written
   */
  async prepareAfter(
    before: SealedCommit,
    connection: Connection,
    units: readonly PostingUnit[],
  ): Promise<SealedCommit | undefined> {
    const drafts = draftsOf(units);
    if (before.commit?.accounts.length !== 0 || drafts.some(({ kind }) => kind !== 'post')) return undefined;
    const view = await this.read(connection, units, drafts);
    if (view.head.due.length > 0) return undefined;
    const given = before.commit.answers.map(({ request }) => idOf(request));
    const answers = given.map((id) => [id, before.answers.get(id)] as const);
    return this.sealOn(asAfter(before, before.commit.block, view), connection, units, drafts, answers);
  }

  /** @returns false when somebody else wrote to the ledger, on any replica, since it was read; nothing is written then */
  write(connection: Connection, { commit }: SealedCommit): Promise<boolean> {
    return this.writer.write(connection, commit);
  }

  /** Goes all the way under the lock of the ledger's head: others wait meanwhile. */
  async runLocked(tx: DatabaseTransaction, units: readonly PostingUnit[]): Promise<Outcomes> {
    await this.ledger.lockHead(tx);
    const sealed = await this.prepare(tx, units);
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
  private async sealOn(
    view: LedgerView,
    connection: Connection,
    units: readonly PostingUnit[],
    drafts: readonly Draft[],
    answered: readonly (readonly [string, KnownAnswer | undefined])[] = [],
  ): Promise<SealedCommit> {
    const { head } = view;
    const state = await this.stateOf(connection, view, drafts);
    const answers = await this.known(connection, view.answers);
    for (const [id, answer] of answered) if (answer) answers.set(id, answer);
    const decision = new CommitDecision(state, answers, () => this.ids.next());
    for (const originalId of head.due) decision.expire(originalId);
    const outcomes = units.map((unit) => decision.outcomeOf(unit));
    const commit = await this.writer.seal(connection, head, decision);
    return { outcomes, commit, head, accounts: state.accounts, answers };
  }

  /** What was read, with originals and their accounts. */
  private async stateOf(connection: Connection, view: LedgerView, drafts: readonly Draft[]): Promise<LedgerState> {
    const { accounts, head } = view;
    const named = drafts.flatMap((draft) => (draft.kind === 'post' ? [] : [draft.originalId]));
    const originals = await this.ledger.workingOriginals(connection, [...new Set([...head.due, ...named])]);
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

/** What was read while a commit was being written, as it is after that commit. */
function asAfter({ head, accounts }: SealedCommit, { number, hash }: Block, read: LedgerView): LedgerView {
  const now = read.head.now > head.now ? read.head.now : head.now;
  const known = [...read.accounts].map(([code, account]) => [code, accounts.get(code) ?? account] as const);
  return {
    head: { ...read.head, now, blockNumber: number, blockHash: hash },
    accounts: new Map(known),
    answers: read.answers,
  };
}
