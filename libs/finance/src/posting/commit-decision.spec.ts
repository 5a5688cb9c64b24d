import fc from 'fast-check';
import type { Draft } from '../drafts/draft.js';
import { CanonicalText } from '../chain/canonical-json.js';
import { CommitDecision, type KnownAnswer } from './commit-decision.js';
import { idOf, KeyedRequest } from './keyed-request.js';
import type { LedgerState, WorkingAccount } from './ledger-state.js';
import type { PostingItem } from './posting-unit.js';

const NOW = new Date('2026-11-30T12:00:00.000Z');

function account(code: string, minBalance: bigint | null): WorkingAccount {
  const fixed = { id: code, code, type: 'asset' as const, currency: 'USD', maxBalance: null, isClosed: false };
  return { ...fixed, minBalance, toBeMade: undefined, net: 0n, heldDebits: 0n, heldCredits: 0n, version: 0n };
}

/** `purse` must not go below zero, `bank` may. */
function decisionOn(answers = new Map<string, KnownAnswer>()): CommitDecision {
  const accounts = new Map([account('purse', 0n), account('bank', null)].map((one) => [one.code, one]));
  const state: LedgerState = { accounts, originals: new Map(), now: NOW, openSince: new Date(0) };
  let ids = 0;
  return new CommitDecision(state, answers, () => `id-${++ids}`);
}

/** Puts so much into the purse, or takes it out when it is below zero. */
function transfer(amount: bigint): Draft {
  const [from, to, size] = amount > 0n ? ['bank', 'purse', amount] : ['purse', 'bank', -amount];
  const one = { amount: size, currency: 'USD' };
  const nothing = { channel: null, orderId: null, customerId: null, originalTransactionId: null, description: null };
  return {
    kind: 'post',
    transaction: {
      ...nothing,
      ...one,
      type: 'journal',
      state: 'posted',
      details: {},
      effectiveAt: undefined,
      expiresAt: null,
    },
    postings: [
      { ...one, account: to, direction: 'debit' },
      { ...one, account: from, direction: 'credit' },
    ],
  };
}

const request = (key: string, body = {}): KeyedRequest => new KeyedRequest('someone', key, new CanonicalText(body));
const amounts = fc.array(
  fc.bigInt({ min: -50n, max: 50n }).filter((amount) => amount !== 0n),
  { maxLength: 12 },
);
const worth = ({ state }: CommitDecision): bigint => state.accounts.get('purse')?.net ?? 0n;

describe('the decision of a commit', () => {
  it('judges each item by what those before it left, and only what passed counts', () => {
    fc.assert(
      fc.property(amounts, (wanted) => {
        const decision = decisionOn();
        const outcome = decision.outcomeOf({
          items: wanted.map((amount) => ({ draft: transfer(amount) })),
          isAtomic: false,
        });
        let purse = 0n;
        const passed = wanted.map((amount) => {
          if (purse + amount < 0n) return false;
          purse += amount;
          return true;
        });
        expect(outcome).toMatchObject({ isReplay: false });
        expect('items' in outcome && outcome.items.map((item) => 'answer' in item)).toEqual(passed);
        expect(worth(decision)).toBe(purse);
        expect(decision.decided.length).toBe(passed.filter(Boolean).length);
      }),
    );
  });

  it('leaves no trace of a unit that is all or nothing when one of it is refused', () => {
    fc.assert(
      fc.property(amounts, amounts, (before, wanted) => {
        const decision = decisionOn();
        decision.outcomeOf({ items: before.map((amount) => ({ draft: transfer(amount) })), isAtomic: false });
        const [worthBefore, decidedBefore] = [worth(decision), decision.decided.length];
        const items: PostingItem[] = wanted.map((amount, index) => ({
          draft: transfer(amount),
          request: request(`${index}`),
        }));
        const refusal = { code: 'X', message: 'no', details: {} } as never;
        const outcome = decision.outcomeOf({ items: [...items, { refusal }], isAtomic: true });
        expect('items' in outcome && outcome.items.every((item) => 'refusal' in item)).toBe(true);
        expect(worth(decision)).toBe(worthBefore);
        expect(decision.decided.length).toBe(decidedBefore);
        expect([decision.fresh.length, decision.answers.size]).toEqual([0, 0]);
      }),
    );
  });

  it('answers what comes again under a key as before, also within the commit, and refuses another request under it', () => {
    const decision = decisionOn();
    const unit = { items: [{ draft: transfer(10n) }], isAtomic: false, request: request('a') };
    const first = decision.outcomeOf(unit);
    expect(decision.outcomeOf(unit)).toEqual({ items: 'items' in first && first.items, isReplay: true });
    expect(decision.outcomeOf({ ...unit, request: request('a', { amount: 1 }) })).toMatchObject({
      code: 'FINANCE.IDEMPOTENCY_CONFLICT',
    });
    expect(worth(decision)).toBe(10n);
    expect(decision.fresh.map((fresh) => idOf(fresh.request))).toEqual([idOf(request('a'))]);
  });
});
