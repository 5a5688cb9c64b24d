import { AppException } from '#platform/kernel';
import { BatchAbortedException, PostingKeyReusedException, refusalOf } from '../books/finance.exceptions.js';
import type { Origin, Transaction } from '../books/transaction.js';
import type { Draft } from '../drafts/draft.js';
import { applyDraft } from './apply-draft.js';
import { differingFields } from '../books/differing-fields.js';
import { type FreshAnswer, idOf, type KeyedRequest } from './keyed-request.js';
import { type LedgerState, type Passed, savedState } from './ledger-state.js';
import {
  answerOf,
  type ItemOutcome,
  type PostingItem,
  type PostingUnit,
  type UnitOutcome,
  type Verdict,
} from './posting-unit.js';
import { toStored } from './stored-verdict.js';

/** What a request came to: of a single one, or of each item of a unit. */
export interface KnownAnswer {
  readonly asked: Pick<KeyedRequest, 'fingerprint'>;
  readonly outcomes: readonly ItemOutcome[];
}

/** What passed, and the transaction it adds, if any. */
export interface Decided {
  readonly passed: Passed;
  readonly transaction: Transaction | undefined;
}

const NOBODY: Origin = { createdBy: null, correlationId: null };

/** Decides what goes into one commit: each unit on top of those before it, by what was read of the ledger. It asks nobody and writes nothing. */
export class CommitDecision {
  readonly decided: Decided[] = [];
  /** Answers that this commit gives under keys. */
  readonly fresh: FreshAnswer[] = [];

  /**
   * @param answers what was answered under keys before, by `idOf`; those of this commit are added
   * @param nextId id of the next transaction
   */
  constructor(
    readonly state: LedgerState,
    readonly answers: Map<string, KnownAnswer>,
    private readonly nextId: () => string,
  ) {}

  /** Lets a pending transaction expire whose time is over; one that cannot is left alone. */
  expire(originalId: string): void {
    this.verdictOf({ kind: 'expiry', originalId }, NOBODY);
  }

  /** @returns what became of each item, or why the unit is refused as a whole */
  outcomeOf(unit: PostingUnit): UnitOutcome | AppException {
    const { request, origin = NOBODY } = unit;
    const known = request && this.answers.get(idOf(request));
    if (known) return reuseOf(request, known) ?? { items: known.outcomes, isReplay: true };
    const items = unit.isAtomic
      ? this.allOrNothing(unit.items, origin)
      : unit.items.map((item) => this.itemOutcome(item, origin));
    if (request) this.keep(request, items, { items: items.map((item) => toStored(item, true)) });
    return { items, isReplay: false };
  }

  private itemOutcome(item: PostingItem, origin: Origin): ItemOutcome {
    const { request } = item;
    const known = request && this.answers.get(idOf(request));
    if (known) {
      const reuse = reuseOf(request, known);
      const [outcome] = known.outcomes;
      if (!outcome) throw new Error('A stored answer without outcome');
      return reuse ? { refusal: refusalOf(reuse) } : { ...outcome, isReplay: true };
    }
    const verdict: Verdict =
      'draft' in item ? this.verdictOf(item.draft, origin, request !== undefined) : { refusal: item.refusal };
    if (request) this.keep(request, [verdict], toStored(verdict, false));
    return verdict;
  }

  private allOrNothing(items: readonly PostingItem[], origin: Origin): ItemOutcome[] {
    const saved = savedState(this.state);
    const [decidedBefore, freshBefore] = [this.decided.length, this.fresh.length];
    const outcomes = items.map((item) => this.itemOutcome(item, origin));
    const refused = outcomes.findIndex((outcome) => 'refusal' in outcome);
    if (refused === -1) return outcomes;
    saved.restore();
    this.decided.length = decidedBefore;
    for (const { request } of this.fresh.splice(freshBefore)) this.answers.delete(idOf(request));
    const aborted = { refusal: refusalOf(new BatchAbortedException(refused)) };
    return outcomes.map((outcome) => ('refusal' in outcome || outcome.isReplay ? outcome : aborted));
  }

  /** @param hasBalances what a batch answers of one of its items says nothing of balances, unless it is kept under a key of its own */
  private verdictOf(draft: Draft, origin: Origin, hasBalances = false): Verdict {
    try {
      const passed = applyDraft(draft, this.state);
      const transaction = passed.transaction && {
        ...passed.transaction,
        id: this.nextId(),
        recordedAt: this.state.now,
        createdBy: origin.createdBy,
        correlationId: origin.correlationId,
      };
      this.decided.push({ passed, transaction });
      return { answer: answerOf(transaction ?? settled(passed), hasBalances ? passed.touched : [], this.state) };
    } catch (error) {
      if (!(error instanceof AppException)) throw error;
      return { refusal: refusalOf(error) };
    }
  }

  private keep(request: KeyedRequest, outcomes: readonly ItemOutcome[], answer: object): void {
    this.answers.set(idOf(request), { asked: request, outcomes });
    this.fresh.push({ request, answer });
  }
}

function settled({ settles }: Passed): Transaction {
  if (!settles) throw new Error('A draft passed without effect');
  return { ...settles.original, state: settles.outcome };
}

/** A key stands for one request. */
function reuseOf(request: KeyedRequest, known: KnownAnswer): PostingKeyReusedException | undefined {
  const differing = differingFields(known.asked.fingerprint, request.fingerprint);
  return differing.length === 0 ? undefined : new PostingKeyReusedException(differing);
}
