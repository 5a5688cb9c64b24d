import fc from 'fast-check';
import type { Draft } from '../drafts/draft.js';
import { CanonicalText } from '../chain/canonical-json.js';
import { CommitDecision, type KnownAnswer } from './commit-decision.js';
import { idOf, KeyedRequest } from './keyed-request.js';
import type { LedgerState, WorkingAccount } from './ledger-state.js';
import type { ItemOutcome, PostingItem } from './posting-unit.js';

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

const itemsOf = (outcome: ReturnType<CommitDecision['outcomeOf']>): readonly ItemOutcome[] =>
  'items' in outcome ? outcome.items : [];

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

  it('keeps what each item under a key of its own came to, with the balances it left', () => {
    const decision = decisionOn();
    const put: PostingItem = { draft: transfer(10n), request: request('put') };
    const spend: PostingItem = { draft: transfer(-99n), request: request('spend') };
    const [first, second] = itemsOf(decision.outcomeOf({ items: [put, spend], isAtomic: false }));
    expect(first).toMatchObject({ answer: { balances: [{ account: 'purse', balance: '0.10' }, { account: 'bank' }] } });
    expect(second).toMatchObject({ refusal: { code: 'FINANCE.LIMIT_EXCEEDED' } });
    expect(decision.fresh).toEqual([
      {
        request: put.request,
        answer: { recorded: { id: 'id-1', state: 'posted', balances: [expect.anything(), expect.anything()] } },
      },
      { request: spend.request, answer: second },
    ]);
    const again = decision.outcomeOf({ items: [put, spend], isAtomic: false });
    expect(again).toEqual({
      items: [
        { ...first, isReplay: true },
        { ...second, isReplay: true },
      ],
      isReplay: false,
    });
    expect([worth(decision), decision.fresh.length]).toEqual([10n, 2]);
  });

  it('refuses an item whose key stands for another request', () => {
    const decision = decisionOn();
    decision.outcomeOf({ items: [{ draft: transfer(10n), request: request('a') }], isAtomic: false });
    const other = { draft: transfer(7n), request: request('a', { amount: 7 }) };
    expect(itemsOf(decision.outcomeOf({ items: [other], isAtomic: false }))).toMatchObject([
      { refusal: { code: 'FINANCE.IDEMPOTENCY_CONFLICT', details: { differingFields: ['amount'] } } },
    ]);
    expect(worth(decision)).toBe(10n);
  });

  it('keeps of a unit under a key what each item came to, without balances', () => {
    const decision = decisionOn();
    const refusal = { code: 'X', message: 'no', details: {} } as never;
    const items: PostingItem[] = [{ draft: transfer(10n) }, { refusal }];
    const outcome = decision.outcomeOf({ items, isAtomic: false, request: request('all') });
    expect(itemsOf(outcome)).toMatchObject([{ answer: { balances: [] } }, { refusal }]);
    const answer = { items: [{ recorded: { id: 'id-1', state: 'posted' } }, { refusal }] };
    expect(decision.fresh).toEqual([{ request: request('all'), answer }]);
  });

  it('passes a unit that is all or nothing as a whole', () => {
    const decision = decisionOn();
    const items = [{ draft: transfer(10n), request: request('a') }, { draft: transfer(-10n) }];
    const outcomes = itemsOf(decision.outcomeOf({ items, isAtomic: true }));
    expect(outcomes.every((outcome) => 'answer' in outcome)).toBe(true);
    expect([decision.decided.length, decision.fresh.length, decision.answers.size]).toEqual([2, 1, 1]);
  });

  it('says of a unit that is all or nothing which item kept the others from being posted', () => {
    const decision = decisionOn();
    const known: PostingItem = { draft: transfer(10n), request: request('known') };
    decision.outcomeOf({ items: [known], isAtomic: false });
    const items = [known, { draft: transfer(5n) }, { draft: transfer(-99n) }];
    expect(itemsOf(decision.outcomeOf({ items, isAtomic: true }))).toMatchObject([
      { answer: expect.anything(), isReplay: true },
      { refusal: { code: 'FINANCE.BATCH_ABORTED', details: { index: 2 } } },
      { refusal: { code: 'FINANCE.LIMIT_EXCEEDED' } },
    ]);
    expect([worth(decision), decision.decided.length, decision.answers.size]).toEqual([10n, 1, 1]);
  });

  const held = (expiresAt: Date): CommitDecision => {
    const decision = decisionOn();
    const hold = transfer(10n) as Draft & { kind: 'post' };
    const fixed = { id: 'h', state: 'pending' as const, recordedAt: NOW, effectiveAt: NOW, expiresAt };
    const transaction = { ...hold.transaction, ...fixed, postings: hold.postings };
    (decision.state.originals as Map<string, unknown>).set('h', {
      transaction,
      done: 0n,
      doneLegs: new Map(),
      isReversed: false,
    });
    return decision;
  };

  it('ends what is held without a transaction of its own', () => {
    const decision = held(new Date(NOW.getTime() + 1));
    const [outcome] = itemsOf(
      decision.outcomeOf({ items: [{ draft: { kind: 'void', originalId: 'h' } }], isAtomic: false }),
    );
    expect(outcome).toMatchObject({ answer: { transaction: { id: 'h', state: 'voided' } } });
    expect(decision.decided).toMatchObject([
      { transaction: undefined, passed: { settles: { outcome: 'voided', original: { id: 'h' } } } },
    ]);
  });

  it('lets expire what is held, and leaves alone what cannot', () => {
    const decision = held(NOW);
    decision.expire('h');
    decision.expire('h');
    decision.expire('nobody');
    expect(decision.decided).toMatchObject([{ passed: { settles: { outcome: 'expired' } } }]);
  });

  it('numbers and dates what it adds', () => {
    const decision = decisionOn();
    decision.outcomeOf({ items: [{ draft: transfer(10n) }, { draft: transfer(5n) }], isAtomic: false });
    expect(decision.decided).toMatchObject([
      { transaction: { id: 'id-1', recordedAt: NOW }, passed: { touched: ['purse', 'bank'] } },
      { transaction: { id: 'id-2', recordedAt: NOW } },
    ]);
  });

  it('passes on what is no refusal', () => {
    const broken = { kind: 'post', transaction: {}, postings: undefined } as never;
    expect(() => decisionOn().outcomeOf({ items: [{ draft: broken }], isAtomic: false })).toThrow(TypeError);
  });
});
