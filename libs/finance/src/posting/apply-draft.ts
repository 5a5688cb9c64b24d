import { normalSign } from '../books/account.js';
import type { LedgerState, Passed, WorkingAccount } from './ledger-state.js';
import type { Draft } from '../drafts/draft.js';
import {
  AccountClosedException,
  BalanceOutOfRangeException,
  CurrencyMismatchException,
  LimitExceededException,
  UnknownAccountException,
} from '../books/account.exceptions.js';
import { PeriodClosedException } from '../books/finance.exceptions.js';
import { formatMoney, MAX_MINOR } from '../books/money.js';
import { planOf } from './plan.js';
import { type Posting, signed } from '../books/transaction.js';

/** What a transaction changes on an account. */
type Effect = Pick<WorkingAccount, 'net' | 'heldDebits' | 'heldCredits'>;

/**
 * Applies one draft to the state that those before it in the commit left. A refused one changes nothing.
 *
 * @throws AppException saying why it is refused
 */
export function applyDraft(draft: Draft, state: LedgerState): Passed {
  const { transaction, postings, settles, releases = [], note } = planOf(draft, state);
  const isPending = transaction?.state === 'pending';
  const effectiveAt = transaction?.effectiveAt ?? state.now;
  if (transaction && effectiveAt < state.openSince) throw new PeriodClosedException(state.openSince);

  const sums = sumsOf(postings, state);
  const released = sumsOf(releases, state);
  const effects = new Map<WorkingAccount, Effect>();
  for (const account of [...sums.keys(), ...released.keys()]) {
    effects.set(account, { net: 0n, heldDebits: 0n, heldCredits: 0n });
  }
  for (const [account, amount] of released) hold(effects.get(account), amount, -1n);
  for (const [account, amount] of sums) {
    const effect = effects.get(account);
    if (isPending) hold(effect, amount, 1n);
    else if (effect) effect.net += amount;
  }
  for (const [account, effect] of effects) assertWithinLimits(account, effect);

  note?.();
  for (const [account, { net, heldDebits, heldCredits }] of effects) {
    account.net += net;
    account.heldDebits += heldDebits;
    account.heldCredits += heldCredits;
  }
  const moved = [...sums];
  return {
    transaction: transaction && { ...transaction, effectiveAt, postings },
    settles,
    touched: [...effects.keys()].map(({ code }) => code),
    holds: isPending ? moved.map(([{ code, version }, amount]) => ({ account: code, amount, version })) : [],
    movements: isPending
      ? []
      : moved.map(([account, amount]) => ({
          account: account.code,
          amount,
          netAfter: account.net,
          version: (account.version += 1n),
        })),
  };
}

/** Debits less credits, in the order the accounts are named; accounts on which they cancel out are left out. */
function sumsOf(postings: readonly Posting[], { accounts }: LedgerState): Map<WorkingAccount, bigint> {
  const byAccount = new Map<WorkingAccount, bigint>();
  const byCurrency = new Map<string, bigint>();
  for (const posting of postings) {
    const account = accounts.get(posting.account);
    if (!account) throw unknownAmong(postings, accounts);
    if (account.isClosed) throw new AccountClosedException(posting.account);
    if (account.currency !== posting.currency) throw new CurrencyMismatchException(posting.account, account.currency);
    byAccount.set(account, (byAccount.get(account) ?? 0n) + signed(posting));
    byCurrency.set(posting.currency, (byCurrency.get(posting.currency) ?? 0n) + signed(posting));
  }
  for (const sum of byCurrency.values())
    if (sum !== 0n) throw new Error('A transaction that does not balance reached the ledger');
  return new Map([...byAccount].filter(([, amount]) => amount !== 0n));
}

function unknownAmong(postings: readonly Posting[], accounts: LedgerState['accounts']): UnknownAccountException {
  const [first = '', ...more] = new Set(postings.map(({ account }) => account).filter((code) => !accounts.has(code)));
  return new UnknownAccountException([first, ...more]);
}

/** Puts a hold on the side its amount is on, or takes it off. */
function hold(effect: Effect | undefined, amount: bigint, times: 1n | -1n): void {
  if (!effect) return;
  if (amount > 0n) effect.heldDebits += amount * times;
  else effect.heldCredits -= amount * times;
}

/**
 * Holds that would lower the balance count against its minimum as if they were posted, and those that would raise it against its
 * maximum. Only what moves towards a limit can break it: an account beyond its limit may come back.
 */
function assertWithinLimits(account: WorkingAccount, effect: Effect): void {
  const { code, currency, minBalance, maxBalance } = account;
  const [lowBefore, highBefore] = rangeOf(account, account);
  const after = {
    net: account.net + effect.net,
    heldDebits: account.heldDebits + effect.heldDebits,
    heldCredits: account.heldCredits + effect.heldCredits,
  };
  const [low, high] = rangeOf(account, after);
  const largest = [high, -low, after.heldDebits, after.heldCredits];
  if (largest.some((minor) => minor > MAX_MINOR)) throw new BalanceOutOfRangeException(code);
  if (minBalance !== null && low < minBalance && low < lowBefore) {
    throw new LimitExceededException(code, 'minBalance', formatMoney(low, currency));
  }
  if (maxBalance !== null && high > maxBalance && high > highBefore) {
    throw new LimitExceededException(code, 'maxBalance', formatMoney(high, currency));
  }
}

/** Lowest and highest balance that the pending transactions can lead to, in the account's normal sign. */
function rangeOf({ type }: WorkingAccount, { net, heldDebits, heldCredits }: Effect): [bigint, bigint] {
  return normalSign(type) === 1n ? [net - heldCredits, net + heldDebits] : [-net - heldDebits, -net + heldCredits];
}
