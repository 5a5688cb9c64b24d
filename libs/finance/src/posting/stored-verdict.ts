import type { Transaction } from '../books/transaction.js';
import { type BalanceView, FreshPosting, type ItemOutcome, type PostingAnswer } from './posting-unit.js';
import { toTransactionView } from '../books/transaction-view.js';

/**
 * An outcome as it is kept under a key. The transaction is in its own row and never changes, but for the state of a pending one: with
 * the state that was answered, the answer can be given again to the letter. Details are kept where there are any, in the order of
 * their members. (Answers of earlier releases are kept as they were given.)
 */
export type StoredOutcome = ItemOutcome | ({ readonly recorded: RecordedVerdict } & Pick<ItemOutcome, 'isReplay'>);

interface RecordedVerdict {
  readonly id: string;
  readonly state: Transaction['state'];
  readonly details?: Readonly<Record<string, unknown>>;
  readonly balances?: BalanceView[];
}

/** What is kept of an outcome; the results of a batch say nothing of balances. */
export function toStored(outcome: ItemOutcome, isOfBatch: boolean): StoredOutcome {
  if (!('answer' in outcome)) return outcome;
  const { answer } = outcome;
  const { balances } = answer;
  const { id, state, details } = answer instanceof FreshPosting ? answer.recorded : answer.transaction;
  const recorded = {
    ...(isOfBatch ? {} : { balances }),
    ...(Object.keys(details).length > 0 ? { details } : {}),
    id,
    state,
  };
  return { ...(outcome.isReplay ? { isReplay: true } : {}), recorded };
}

/** Ids of the transactions that stored outcomes are about. */
export function recordedIds(outcomes: readonly StoredOutcome[]): string[] {
  return outcomes.flatMap((outcome) => ('recorded' in outcome ? [outcome.recorded.id] : []));
}

/** What was answered. */
export function fromStored(outcome: StoredOutcome, transactions: ReadonlyMap<string, Transaction>): ItemOutcome {
  if (!('recorded' in outcome)) return outcome;
  const { recorded, ...rest } = outcome;
  const { id, state, details = {}, balances = [] } = recorded;
  const transaction = transactions.get(id);
  if (!transaction) throw new Error(`The transaction ${id} of a stored answer is not there`);
  const answer: PostingAnswer = { transaction: toTransactionView({ ...transaction, state, details }), balances };
  return { answer, ...rest };
}
