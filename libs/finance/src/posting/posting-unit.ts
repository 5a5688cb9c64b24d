import { formatMoney } from '../books/money.js';
import { normalSign } from '../books/account.js';
import type { LedgerState } from './ledger-state.js';
import type { Draft } from '../drafts/draft.js';
import type { Refusal } from '../books/finance.exceptions.js';
import type { Origin, Transaction } from '../books/transaction.js';
import type { KeyedRequest } from './keyed-request.js';
import { type TransactionView, toTransactionView } from '../books/transaction-view.js';

/** One thing to do, or why it cannot even be tried; under a key of its own if it has one. */
export type PostingItem = ({ readonly draft: Draft } | { readonly refusal: Refusal }) & {
  readonly request?: KeyedRequest | undefined;
};

/** What is decided and committed together. */
export interface PostingUnit {
  readonly items: readonly PostingItem[];
  /** All or nothing; otherwise each item has its own verdict. */
  readonly isAtomic: boolean;
  /** The key of the whole. */
  readonly request?: KeyedRequest | undefined;
  /** Left out: nobody's. */
  readonly origin?: Origin | undefined;
}

/** A balance after a transaction, in the account's normal sign and in major units. */
export interface BalanceView {
  account: string;
  currency: string;
  balance: string;
}

/** What a write is answered with. */
export interface PostingAnswer {
  readonly transaction: TransactionView;
  readonly balances: BalanceView[];
}

/** The answer to what was decided just now. Its transaction is written out when it is looked at: most of an import never is. */
export class FreshPosting implements PostingAnswer {
  constructor(
    readonly recorded: Transaction,
    readonly balances: BalanceView[],
  ) {}

  get transaction(): TransactionView {
    return toTransactionView(this.recorded);
  }
}

/** What became of an item, as it is kept under its key. */
export type Verdict = { readonly answer: PostingAnswer } | { readonly refusal: Refusal };

/** What became of an item; a replay is that of an earlier request with its key. */
export type ItemOutcome = Verdict & { readonly isReplay?: true };

/** What became of a unit. */
export interface UnitOutcome {
  readonly items: readonly ItemOutcome[];
  /** The outcome is that of an earlier request with the unit's key. */
  readonly isReplay: boolean;
}

/** The answer to a posted, held or settled transaction. */
export function answerOf(
  transaction: Transaction,
  touched: readonly string[],
  { accounts }: LedgerState,
): PostingAnswer {
  const balances = touched.flatMap((code) => {
    const account = accounts.get(code);
    if (!account) return [];
    const { currency, type, net } = account;
    return [{ account: code, currency, balance: formatMoney(net * normalSign(type), currency) }];
  });
  return new FreshPosting(transaction, balances);
}
