import type { Draft, NewTransaction } from '../drafts/draft.js';
import { type Posting, signed, type Transaction } from '../books/transaction.js';
import type { LedgerState, WorkingAccount, WorkingOriginal } from './ledger-state.js';
import { type Plan, planOf } from './plan.js';

const NOW = new Date('2026-11-30T12:00:00.000Z');
const [EARLIER, LATER] = [new Date('2026-11-20T09:00:00.000Z'), new Date('2026-12-01T00:00:00.000Z')];

/** Legs such as `debit cash 7`. */
const legs = (...texts: string[]): Posting[] =>
  texts.map((text) => {
    const [direction = '', account = '', amount = ''] = text.split(' ');
    return { direction: direction as Posting['direction'], account, amount: BigInt(amount), currency: 'USD' };
  });
const written = (postings: readonly Posting[] = []): string[] =>
  postings.map(({ direction, account, amount }) => `${direction} ${account} ${amount}`);

const SALE: Transaction = {
  id: 'sale-1',
  type: 'sale',
  state: 'posted',
  amount: 120n,
  currency: 'USD',
  channel: 'wholesale',
  orderId: 'order-1',
  customerId: 'customer-1',
  originalTransactionId: null,
  description: 'A sale',
  postings: legs('debit assets:clearing:card:USD 120', 'credit revenue:sales:USD 100', 'credit liabilities:tax:USD 20'),
  details: { metadata: { a: 1 } },
  effectiveAt: EARLIER,
  recordedAt: EARLIER,
  expiresAt: null,
  createdBy: null,
  correlationId: null,
};
const HOLD: Transaction = {
  ...SALE,
  id: 'hold-1',
  type: 'journal',
  state: 'pending',
  amount: 100n,
  postings: legs('debit a 60', 'debit b 40', 'credit c 100'),
  expiresAt: LATER,
};

function original(transaction: Transaction, change: Partial<WorkingOriginal> = {}): WorkingOriginal {
  return { transaction, done: 0n, doneLegs: new Map(), isReversed: false, ...change };
}

function stateOf(...originals: WorkingOriginal[]): LedgerState {
  return {
    accounts: new Map(),
    originals: new Map(originals.map((one) => [one.transaction.id, one])),
    now: NOW,
    openSince: new Date(0),
  };
}

function account(code: string, type: WorkingAccount['type']): WorkingAccount {
  const fixed = { id: code, code, type, currency: 'USD', minBalance: null, maxBalance: null, isClosed: false };
  return { ...fixed, toBeMade: undefined, net: 0n, heldDebits: 0n, heldCredits: 0n, version: 0n };
}

const refused = (code: string, text = ''): Error =>
  expect.objectContaining({ code, message: expect.stringContaining(text) }) as Error;

/** What follows from a sale takes over these facts of it. */
const FACTS = {
  state: 'posted',
  currency: 'USD',
  channel: 'wholesale',
  orderId: 'order-1',
  customerId: 'customer-1',
  expiresAt: null,
};

describe('what a new transaction comes to', () => {
  const accounts = new Map(
    [
      account('bank', 'asset'),
      account('costs', 'expense'),
      account('loan', 'liability'),
      account('capital', 'equity'),
      account('fees', 'revenue'),
    ].map((one) => [one.code, one]),
  );
  const post = (type: Transaction['type'], postings: Posting[]): Plan => {
    const transaction = { ...SALE, type } satisfies NewTransaction;
    return planOf({ kind: 'post', transaction, postings }, { ...stateOf(), accounts });
  };

  it('is what it says', () => {
    const postings = legs('debit bank 5', 'credit loan 5');
    const plan = post('journal', postings);
    expect(plan).toEqual({ transaction: { ...SALE, type: 'journal' }, postings });
  });

  it.each([
    ['bank', 'costs', 'debit bank 5', 'credit costs 5'],
    // A sender's balance falls, so the legs of what grows by credits change sides.
    ['loan', 'capital', 'credit loan 5', 'debit capital 5'],
    ['fees', 'loan', 'credit fees 5', 'debit loan 5'],
    ['bank', 'loan', 'debit bank 5', 'credit loan 5'],
    ['bank', 'unknown', 'debit bank 5', 'credit unknown 5'],
    ['unknown', 'loan', 'debit unknown 5', 'credit loan 5'],
  ])('of a transfer to %s from %s: %s, %s', (to, from, ...expected) => {
    expect(written(post('transfer', legs(`debit ${to} 5`, `credit ${from} 5`)).postings)).toEqual(expected);
  });

  it('is not turned round where it is no transfer', () => {
    const postings = legs('debit loan 5', 'credit capital 5');
    expect(post('journal', postings).postings).toEqual(postings);
  });
});

describe('a refund', () => {
  const refund = (change: object = {}): Draft => ({
    kind: 'refund',
    originalId: 'sale-1',
    effectiveAt: undefined,
    request: { type: 'refund', amount: '0.12', originalTransactionId: 'sale-1', ...change },
  });

  it('gives back in proportion, and its original knows of it once it passed', () => {
    const sale = original(SALE);
    const { transaction, postings, settles, releases, note } = planOf(refund(), stateOf(sale));
    expect(written(postings)).toEqual([
      'debit revenue:sales:USD 10',
      'debit liabilities:tax:USD 2',
      'credit assets:clearing:card:USD 12',
    ]);
    expect(transaction).toMatchObject({ ...FACTS, type: 'refund', amount: 12n, originalTransactionId: 'sale-1' });
    expect([settles, releases]).toEqual([undefined, undefined]);
    expect([sale.done, [...sale.doneLegs]]).toEqual([0n, []]);
    note?.();
    expect(sale.done).toBe(12n);
    planOf(refund(), stateOf(sale)).note?.();
    expect(sale.done).toBe(24n);
    expect([...sale.doneLegs]).toEqual([
      ['revenue:sales:USD', 20n],
      ['liabilities:tax:USD', 4n],
      ['assets:clearing:card:USD', -24n],
    ]);
  });

  it('gives the money to the payment method that is said', () => {
    expect(written(planOf(refund({ paymentMethod: 'Cash' }), stateOf(original(SALE))).postings)).toContain(
      'credit assets:clearing:cash:USD 12',
    );
  });

  it.each<[string, WorkingOriginal | undefined, object, string, string]>([
    ['nothing', undefined, {}, 'FINANCE.NOT_REFUNDABLE', 'does not exist'],
    ['a transfer', original({ ...SALE, type: 'transfer' }), {}, 'FINANCE.NOT_REFUNDABLE', 'is no posted sale'],
    ['what is held', original({ ...SALE, state: 'pending' }), {}, 'FINANCE.NOT_REFUNDABLE', 'is no posted sale'],
    ['what was taken back', original(SALE, { isReversed: true }), {}, 'FINANCE.ORIGINAL_REVERSED', ''],
    ['another currency', original(SALE), { currency: 'EUR' }, 'FINANCE.NOT_REFUNDABLE', 'is in USD'],
    ['more than there is', original(SALE), { amount: '1.21' }, 'FINANCE.REFUND_EXCEEDS_ORIGINAL', '1.20'],
    ['more than is left', original(SALE, { done: 119n }), {}, 'FINANCE.REFUND_EXCEEDS_ORIGINAL', '0.01'],
    ['no amount', original(SALE), { amount: 'x' }, 'FINANCE.INVALID_MONEY', 'amount'],
  ])('of %s is refused', (_, sale, change, code, text) => {
    expect(() => planOf(refund(change), sale ? stateOf(sale) : stateOf())).toThrow(refused(code, text));
  });

  it('is never effective before its original', () => {
    const asked = { ...refund(), effectiveAt: { at: new Date(0), until: new Date(1) } } as Draft;
    expect(() => planOf(asked, stateOf(original(SALE)))).toThrow(
      refused('FINANCE.INVALID_TRANSACTION', 'transactionDate must not be before its original'),
    );
  });
});

describe('a reversal', () => {
  const reversal: Draft = { kind: 'reversal', originalId: 'sale-1', effectiveAt: undefined };

  it('turns every leg round and marks its original once it passed', () => {
    const sale = original(SALE);
    const { transaction, postings, note } = planOf(reversal, stateOf(sale));
    expect(written(postings)).toEqual([
      'credit assets:clearing:card:USD 120',
      'debit revenue:sales:USD 100',
      'debit liabilities:tax:USD 20',
    ]);
    expect(transaction).toEqual({
      ...FACTS,
      type: 'reversal',
      amount: 120n,
      originalTransactionId: 'sale-1',
      description: 'A sale',
      details: {},
      effectiveAt: undefined,
    });
    expect(sale.isReversed).toBe(false);
    note?.();
    expect(sale.isReversed).toBe(true);
    expect(sale.done).toBe(0n);
  });

  it('of a refund gives the rest of its sale back', () => {
    const sale = original({ ...SALE, id: 'sold' }, { done: 12n, doneLegs: new Map([['revenue:sales:USD', 12n]]) });
    const postings = legs('debit revenue:sales:USD 12', 'credit assets:clearing:card:USD 12');
    const refund = original({ ...SALE, type: 'refund', amount: 12n, postings, originalTransactionId: 'sold' });
    planOf(reversal, stateOf(sale, refund)).note?.();
    expect(sale.done).toBe(0n);
    expect(Object.fromEntries(sale.doneLegs)).toEqual({ 'revenue:sales:USD': 0n, 'assets:clearing:card:USD': 12n });
    expect([sale.isReversed, refund.isReversed]).toEqual([false, true]);
  });

  it('of a capture leaves what was held as it is', () => {
    const hold = original({ ...HOLD, state: 'captured' });
    const capture = original({ ...SALE, type: 'journal', originalTransactionId: 'hold-1' });
    planOf(reversal, stateOf(hold, capture)).note?.();
    expect(hold).toEqual(original({ ...HOLD, state: 'captured' }));
  });

  it.each<[string, WorkingOriginal | undefined, string, string]>([
    ['nothing', undefined, 'FINANCE.TRANSACTION_NOT_FOUND', ''],
    ['what was reversed', original(SALE, { isReversed: true }), 'FINANCE.NOT_REVERSIBLE', 'reversed before'],
    ['a reversal', original({ ...SALE, type: 'reversal' }), 'FINANCE.NOT_REVERSIBLE', 'A reversal is not reversed'],
    ['what is held', original({ ...SALE, state: 'pending' }), 'FINANCE.NOT_REVERSIBLE', 'It is pending'],
    ['what was refunded in part', original(SALE, { done: 1n }), 'FINANCE.NOT_REVERSIBLE', 'A part of it was refunded'],
  ])('of %s is refused', (_, sale, code, text) => {
    expect(() => planOf(reversal, sale ? stateOf(sale) : stateOf())).toThrow(refused(code, text));
  });

  it('is effective with an original that lies ahead, and never before it', () => {
    const ahead = original({ ...SALE, effectiveAt: LATER });
    expect(planOf(reversal, stateOf(ahead)).transaction?.effectiveAt).toEqual(LATER);
    const asked: Draft = { ...reversal, effectiveAt: { at: new Date(0), until: new Date(1) } };
    expect(() => planOf(asked, stateOf(ahead))).toThrow(refused('FINANCE.INVALID_TRANSACTION', 'effectiveAt'));
  });
});

describe('a capture', () => {
  const capture = (amount?: string, isFinal = false): Draft & { kind: 'capture' } => ({
    kind: 'capture',
    originalId: 'hold-1',
    amount,
    isFinal,
    effectiveAt: undefined,
  });

  it('of everything posts the legs as they were held and ends the hold', () => {
    const hold = original(HOLD);
    const { transaction, postings, releases, settles, note } = planOf(capture(), stateOf(hold));
    expect(postings).toEqual(HOLD.postings);
    expect(written(releases)).toEqual(written(HOLD.postings));
    expect(settles).toEqual({ original: HOLD, outcome: 'captured' });
    expect(transaction).toMatchObject({ ...FACTS, type: 'journal', amount: 100n, originalTransactionId: 'hold-1' });
    note?.();
    expect(hold.transaction).toEqual({ ...HOLD, state: 'captured' });
  });

  it('of everything keeps several legs on one account apart', () => {
    const postings = legs('debit a 30', 'debit a 30', 'debit b 40', 'credit c 100');
    expect(planOf(capture('1.00'), stateOf(original({ ...HOLD, postings }))).postings).toEqual(postings);
  });

  it('of a part takes that part off what is held', () => {
    const hold = original(HOLD);
    const { transaction, postings, releases, settles, note } = planOf(capture('0.50'), stateOf(hold));
    expect(written(postings)).toEqual(['debit a 30', 'debit b 20', 'credit c 50']);
    expect(releases).toEqual(postings);
    expect(transaction?.amount).toBe(50n);
    expect(settles).toBeUndefined();
    note?.();
    expect([hold.done, hold.transaction.state]).toEqual([50n, 'pending']);
    expect(Object.fromEntries(hold.doneLegs)).toEqual({ a: 30n, b: 20n, c: -50n });
  });

  it('that is the last one lets go of what is then left', () => {
    const doneLegs = new Map([
      ['a', 30n],
      ['b', 20n],
      ['c', -50n],
    ]);
    const hold = original(HOLD, { done: 50n, doneLegs });
    const plan = planOf(capture('0.10', true), stateOf(hold));
    expect(written(plan.postings)).toEqual(['debit a 6', 'debit b 4', 'credit c 10']);
    expect(written(plan.releases)).toEqual(['debit a 30', 'debit b 20', 'credit c 50']);
    expect(plan.settles?.outcome).toBe('captured');
    const rest = planOf(capture(), stateOf(original(HOLD, { done: 50n, doneLegs })));
    expect([rest.transaction?.amount, rest.settles?.outcome]).toEqual([50n, 'captured']);
    expect(written(rest.postings)).toEqual(['debit a 30', 'debit b 20', 'credit c 50']);
  });

  it.each<[string, WorkingOriginal | undefined, string | undefined, string, string]>([
    ['nothing', undefined, undefined, 'FINANCE.TRANSACTION_NOT_FOUND', ''],
    ['what is posted', original({ ...HOLD, state: 'posted' }), undefined, 'FINANCE.NOT_PENDING', 'posted'],
    ['what is over', original({ ...HOLD, expiresAt: NOW }), undefined, 'FINANCE.NOT_PENDING', 'expired'],
    ['more than is held', original(HOLD), '1.01', 'FINANCE.CAPTURE_EXCEEDS_PENDING', '1.00'],
    ['more than is left', original(HOLD, { done: 99n }), '0.02', 'FINANCE.CAPTURE_EXCEEDS_PENDING', '0.01'],
    ['zero', original(HOLD), '0', 'FINANCE.INVALID_TRANSACTION', 'amount'],
  ])('of %s is refused', (_, hold, amount, code, text) => {
    expect(() => planOf(capture(amount), hold ? stateOf(hold) : stateOf())).toThrow(refused(code, text));
  });

  it('names all that is wrong with it', () => {
    const asked: Draft = { ...capture('0.001'), effectiveAt: { at: new Date(0), until: new Date(1) } };
    expect(() => planOf(asked, stateOf(original(HOLD)))).toThrow(
      expect.objectContaining({
        details: {
          errors: [expect.objectContaining({ path: 'amount' }), expect.objectContaining({ path: 'effectiveAt' })],
        },
      }),
    );
  });

  it('may be made of what does not expire', () => {
    const hold = original({ ...HOLD, expiresAt: null });
    expect(planOf(capture(), stateOf(hold)).settles?.outcome).toBe('captured');
  });
});

describe('the end of a hold', () => {
  it.each([
    ['void', 'voided'],
    ['expiry', 'expired'],
  ] as const)('by %s lets go of what is left and posts nothing', (kind, outcome) => {
    const doneLegs = new Map([
      ['a', 6n],
      ['b', 4n],
      ['c', -10n],
    ]);
    const hold = original(HOLD, { done: 10n, doneLegs });
    const { transaction, postings, releases, settles, note } = planOf({ kind, originalId: 'hold-1' }, stateOf(hold));
    expect([transaction, postings]).toEqual([undefined, []]);
    expect(written(releases)).toEqual(['debit a 54', 'debit b 36', 'credit c 90']);
    expect(settles).toEqual({ original: HOLD, outcome });
    note?.();
    expect(hold.transaction.state).toBe(outcome);
    expect(releases?.reduce((sum, posting) => sum + signed(posting), 0n)).toBe(0n);
  });

  it('comes by expiry only once its time is over', () => {
    const over = original({ ...HOLD, expiresAt: NOW });
    expect(() => planOf({ kind: 'void', originalId: 'hold-1' }, stateOf(over))).toThrow(
      refused('FINANCE.NOT_PENDING', 'expired'),
    );
    expect(planOf({ kind: 'expiry', originalId: 'hold-1' }, stateOf(over)).settles?.outcome).toBe('expired');
  });
});
