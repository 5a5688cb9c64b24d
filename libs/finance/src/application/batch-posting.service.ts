import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import { AppException, Ids } from '#platform/kernel';
import { decide } from '../domain/batch.js';
import { type BatchState, type Passed, savedState, type WorkingAccount } from '../domain/batch-state.js';
import type { Draft } from '../domain/draft.js';
import { BatchAbortedException, IdempotencyConflictException, refusalOf } from '../domain/finance.exceptions.js';
import { differingFields } from '../domain/fingerprint.js';
import { standardAccountOf } from '../domain/posting-rules.js';
import type { Transaction } from '../domain/transaction.js';
import {
  type FreshAnswer,
  idOf,
  IdempotencyRepository,
  type KeyedRequest,
  type StoredAnswer,
} from '../infrastructure/idempotency.repository.js';
import { type Head, LedgerRepository } from '../infrastructure/ledger.repository.js';
import {
  answerOf,
  type ItemOutcome,
  type PostingItem,
  type PostingUnit,
  type UnitOutcome,
  type Verdict,
} from './posting-unit.js';
import { type Decided, LedgerWriterService } from './ledger-writer.service.js';

/** A batch while it is decided. */
interface Run {
  readonly state: BatchState;
  /** Answers of earlier commits, and of requests before this one in the batch. */
  readonly answers: Map<string, StoredAnswer>;
  /** Answers that this batch gives. */
  readonly fresh: FreshAnswer[];
  readonly decided: Decided[];
}

/**
 * Decides the units of one batch in their order and writes what passed. From its first statement to the commit nobody else writes
 * to the ledger, on any replica, so that what it reads stays true.
 */
@Injectable()
export class BatchPostingService {
  constructor(
    private readonly ledger: LedgerRepository,
    private readonly requests: IdempotencyRepository,
    private readonly writer: LedgerWriterService,
    private readonly ids: Ids,
  ) {}

  /** What became of each unit, or the exception with which it is refused as a whole. */
  async run(tx: DatabaseTransaction, units: readonly PostingUnit[]): Promise<(UnitOutcome | AppException)[]> {
    const head = await this.ledger.lockHead(tx);
    const expiries = head.due.map((originalId): Draft => ({ kind: 'expiry', originalId }));
    const keyed = units.flatMap(({ request, items }) => [request, ...items.map((item) => item.request)]);
    const answers = await this.requests.find(
      tx,
      keyed.filter((request) => request !== undefined),
    );
    const drafts = units.flatMap(({ items }) => items.flatMap((item) => ('draft' in item ? [item.draft] : [])));
    const state = await this.read(tx, head, [...expiries, ...drafts]);
    const run: Run = { state, answers, fresh: [], decided: [] };
    for (const draft of expiries) this.verdictOf(draft, run);
    const outcomes = units.map((unit) => this.outcomeOf(unit, run));
    await this.writer.write(tx, head, run);
    return outcomes;
  }

  private outcomeOf(unit: PostingUnit, run: Run): UnitOutcome | AppException {
    const { request } = unit;
    const stored = request && run.answers.get(idOf(request));
    if (stored) {
      const conflict = conflictOf(request, stored);
      return conflict ?? { items: (stored.answer as { items: ItemOutcome[] }).items, isReplay: true };
    }
    const items = unit.isAtomic
      ? this.allOrNothing(unit.items, run)
      : unit.items.map((item) => this.itemOutcome(item, run));
    if (request) keep(request, { items }, run);
    return { items, isReplay: false };
  }

  private itemOutcome(item: PostingItem, run: Run): ItemOutcome {
    const { request } = item;
    const stored = request && run.answers.get(idOf(request));
    if (stored) {
      const conflict = conflictOf(request, stored);
      return conflict ? { refusal: refusalOf(conflict) } : { ...(stored.answer as Verdict), isReplay: true };
    }
    const verdict: Verdict = 'draft' in item ? this.verdictOf(item.draft, run) : { refusal: item.refusal };
    if (request) keep(request, verdict, run);
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

  private verdictOf(draft: Draft, run: Run): Verdict {
    try {
      const passed = decide(draft, run.state);
      const transaction = this.recorded(passed, run.state);
      run.decided.push({ passed, transaction });
      return { answer: answerOf(transaction ?? settled(passed), passed.touched, run.state) };
    } catch (error) {
      if (!(error instanceof AppException)) throw error;
      return { refusal: refusalOf(error) };
    }
  }

  private recorded({ transaction }: Passed, { now }: BatchState): Transaction | undefined {
    return transaction && { ...transaction, id: this.ids.next(), recordedAt: now };
  }

  private async read(tx: DatabaseTransaction, { now, openSince }: Head, drafts: readonly Draft[]): Promise<BatchState> {
    const ids = new Set(drafts.flatMap((draft) => (draft.kind === 'post' ? [] : [draft.originalId])));
    const originals = await this.ledger.workingOriginals(tx, [...ids]);
    const postings = [
      ...drafts.flatMap((draft) => (draft.kind === 'post' ? draft.postings : [])),
      ...[...originals.values()].flatMap(({ transaction }) => transaction.postings),
    ];
    const codes = [...new Set(postings.map(({ account }) => account))];
    const accounts = await this.ledger.workingAccounts(tx, codes);
    for (const code of codes) {
      const standard = accounts.has(code) ? undefined : standardAccount(code, now);
      if (standard) accounts.set(code, standard);
    }
    return { accounts, originals, now, openSince };
  }
}

/** A standard account comes into being with its first posting. */
function standardAccount(code: string, now: Date): WorkingAccount | undefined {
  const standard = standardAccountOf(code);
  if (!standard) return undefined;
  const limits = { minBalance: null, maxBalance: null };
  return {
    ...limits,
    code,
    type: standard.type,
    currency: standard.currency,
    toBeMade: { ...limits, ...standard, code, metadata: {}, createdAt: now },
    net: 0n,
    heldDebits: 0n,
    heldCredits: 0n,
    version: 0n,
  };
}

function settled({ settles }: Passed): Transaction {
  if (!settles) throw new Error('A draft passed without effect');
  return { ...settles.original, state: settles.outcome };
}

/** A key stands for one request. */
function conflictOf(request: KeyedRequest, stored: StoredAnswer): IdempotencyConflictException | undefined {
  const differing = differingFields(stored.fingerprint, request.fingerprint);
  return differing.length === 0 ? undefined : new IdempotencyConflictException(differing);
}

function keep(request: KeyedRequest, answer: object, { answers, fresh }: Run): void {
  answers.set(idOf(request), { fingerprint: request.fingerprint, answer });
  fresh.push({ request, answer });
}
