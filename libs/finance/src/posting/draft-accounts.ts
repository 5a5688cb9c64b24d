import type { LedgerState, WorkingAccount } from './ledger-state.js';
import type { Draft } from '../drafts/draft.js';
import { clearingAccount, standardAccountOf } from '../books/standard-accounts.js';

/** Accounts of legs. */
export function codesIn(postings: readonly { account: string }[]): string[] {
  return postings.map(({ account }) => account);
}

/** Accounts that drafts name. */
export function codesOf(drafts: readonly Draft[]): string[] {
  return [...new Set(drafts.flatMap((draft) => (draft.kind === 'post' ? codesIn(draft.postings) : [])))];
}

/** Clearing accounts of payment methods that refunds choose: what they are called by the currency of their originals. */
export function chosenAccounts(drafts: readonly Draft[], originals: LedgerState['originals']): string[] {
  return drafts.flatMap((draft) => {
    const original = draft.kind === 'refund' ? originals.get(draft.originalId) : undefined;
    const method = draft.kind === 'refund' ? draft.request.paymentMethod : undefined;
    return original && method !== undefined ? [clearingAccount(method, original.transaction.currency)] : [];
  });
}

/** Payment methods that drafts name, as they were written, by their account in a currency. */
function methodsOf(drafts: readonly Draft[], currency: string): Map<string, string> {
  const methods = new Map<string, string>();
  for (const draft of drafts) {
    const method: unknown =
      draft.kind === 'post'
        ? draft.transaction.details['paymentMethod']
        : draft.kind === 'refund'
          ? draft.request.paymentMethod
          : undefined;
    if (typeof method === 'string') methods.set(clearingAccount(method, currency), method);
  }
  return methods;
}

/** Standard accounts come into being with their first posting. */
export function standardAccounts(codes: readonly string[], drafts: readonly Draft[], now: Date): WorkingAccount[] {
  const methods = new Map<string, Map<string, string>>();
  return codes.flatMap((code) => {
    const currency = code.slice(-3);
    const known = methods.get(currency) ?? methodsOf(drafts, currency);
    methods.set(currency, known);
    const standard = standardAccountOf(code, known.get(code));
    if (!standard) return [];
    const limits = { minBalance: null, maxBalance: null };
    return {
      ...limits,
      id: undefined,
      code,
      type: standard.type,
      currency: standard.currency,
      isClosed: false,
      toBeMade: { ...limits, ...standard, code, metadata: {}, createdAt: now },
      net: 0n,
      heldDebits: 0n,
      heldCredits: 0n,
      version: 0n,
    };
  });
}
