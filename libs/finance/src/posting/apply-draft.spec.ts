import type { Draft, NewTransaction } from '../drafts/draft.js';
import { MAX_MINOR } from '../books/money.js';
import type { Posting } from '../books/transaction.js';
import { applyDraft } from './apply-draft.js';
import type { LedgerState, Passed, WorkingAccount } from './ledger-state.js';

const NOW = new Date('2026-11-30T12:00:00.000Z');
const NOVEMBER = new Date('2026-11-01T00:00:00.000Z');

function account(code: string, change: Partial<WorkingAccount> = {}): WorkingAccount {
  const limits = { minBalance: null, maxBalance: null };
  const amounts = { net: 0n, heldDebits: 0n, heldCredits: 0n, version: 0n };
  const fixed = { id: code, code, type: 'asset' as const, currency: 'USD', isClosed: false, toBeMade: undefined };
  return { ...fixed, ...limits, ...amounts, ...change };
}

function stateOf(...accounts: WorkingAccount[]): LedgerState {
  return {
    accounts: new Map(accounts.map((one) => [one.code, one])),
    originals: new Map(),
    now: NOW,
    openSince: NOVEMBER,
  };
}

const NEW: NewTransaction = {
  type: 'journal',
  state: 'posted',
  amount: 0n,
  currency: 'USD',
  channel: null,
  orderId: null,
  customerId: null,
  originalTransactionId: null,
  description: null,
  details: {},
  effectiveAt: undefined,
  expiresAt: null,
};

/** Applies legs such as `debit cash 7`. */
function apply(state: LedgerState, legs: string[], change: Partial<NewTransaction> = {}): Passed {
  const postings = legs.map((text): Posting => {
    const [direction = '', code = '', amount = '', currency = 'USD'] = text.split(' ');
    return { direction: direction as Posting['direction'], account: code, amount: BigInt(amount), currency };
  });
  const draft: Draft = { kind: 'post', transaction: { ...NEW, ...change }, postings };
  return applyDraft(draft, state);
}

const refused = (code: string, details: object = {}): Error =>
  expect.objectContaining({ code, details: expect.objectContaining(details) as unknown }) as Error;

describe('what is posted', () => {
  it('moves each account once, by debits less credits, as its next entry', () => {
    const [bank, costs] = [account('bank', { net: 50n, version: 7n }), account('costs', { type: 'expense' })];
    const passed = apply(stateOf(bank, costs), ['credit bank 30', 'debit costs 40', 'credit bank 10']);
    expect(passed.movements).toEqual([
      { account: 'bank', amount: -40n, netAfter: 10n, version: 8n },
      { account: 'costs', amount: 40n, netAfter: 40n, version: 1n },
    ]);
    expect([passed.holds, passed.settles, passed.touched]).toEqual([[], undefined, ['bank', 'costs']]);
    expect(passed.transaction?.effectiveAt).toBe(NOW);
    expect([bank.net, bank.version, costs.net, costs.version]).toEqual([10n, 8n, 40n, 1n]);
    expect([bank.heldDebits, bank.heldCredits]).toEqual([0n, 0n]);
  });

  it('leaves an account alone on which its legs cancel out', () => {
    const wash = account('wash');
    const passed = apply(stateOf(account('a'), account('b'), wash), [
      'debit a 5',
      'credit wash 5',
      'debit wash 5',
      'credit b 5',
    ]);
    expect(passed.touched).toEqual(['a', 'b']);
    expect(wash.version).toBe(0n);
  });

  it('is effective when it says, from the first open day on', () => {
    const passed = apply(stateOf(account('a'), account('b')), ['debit a 5', 'credit b 5'], { effectiveAt: NOVEMBER });
    expect(passed.transaction?.effectiveAt).toBe(NOVEMBER);
    expect(() =>
      apply(stateOf(account('a'), account('b')), ['debit a 5', 'credit b 5'], {
        effectiveAt: new Date(NOVEMBER.getTime() - 1),
      }),
    ).toThrow(refused('FINANCE.PERIOD_CLOSED'));
  });

  it.each([
    ['an account that is not there', ['debit a 5', 'credit x 5'], 'FINANCE.UNKNOWN_ACCOUNT', { accounts: ['x'] }],
    [
      'accounts that are not there, each named once',
      ['debit x 2', 'debit x 3', 'credit y 5'],
      'FINANCE.UNKNOWN_ACCOUNT',
      { accounts: ['x', 'y'] },
    ],
    ['a closed account', ['debit a 5', 'credit closed 5'], 'FINANCE.ACCOUNT_CLOSED', { account: 'closed' }],
    [
      'another currency',
      ['debit a 5 EUR', 'credit b 5 EUR'],
      'FINANCE.CURRENCY_MISMATCH',
      { account: 'a', currency: 'USD' },
    ],
  ])('is refused for %s', (_, legs, code, details) => {
    const state = stateOf(account('a'), account('b'), account('closed', { isClosed: true }));
    expect(() => apply(state, legs)).toThrow(refused(code, details));
    expect(state.accounts.get('a')).toEqual(account('a'));
  });

  it('never reaches the ledger when it does not balance in each currency', () => {
    const state = stateOf(account('a'), account('b'), account('e', { currency: 'EUR' }));
    expect(() => apply(state, ['debit a 5', 'credit b 4'])).toThrow('does not balance');
    expect(() => apply(state, ['debit a 5', 'credit e 5 EUR'])).toThrow('does not balance');
  });
});

describe('what is held', () => {
  it('is put on the side its amount is on, and moves nothing', () => {
    const [a, b] = [account('a', { version: 3n }), account('b')];
    const passed = apply(stateOf(a, b), ['debit a 5', 'credit b 5'], { state: 'pending' });
    expect(passed.holds).toEqual([
      { account: 'a', amount: 5n, version: 3n },
      { account: 'b', amount: -5n, version: 0n },
    ]);
    expect(passed.movements).toEqual([]);
    expect([a.net, a.heldDebits, a.heldCredits, a.version]).toEqual([0n, 5n, 0n, 3n]);
    expect([b.net, b.heldDebits, b.heldCredits]).toEqual([0n, 0n, 5n]);
  });

  it('is taken off again when it ends, on both sides', () => {
    const [a, b] = [account('a', { heldDebits: 7n }), account('b', { heldCredits: 7n })];
    const postings: Posting[] = [
      { account: 'a', direction: 'debit', amount: 5n, currency: 'USD' },
      { account: 'b', direction: 'credit', amount: 5n, currency: 'USD' },
    ];
    const hold = {
      ...NEW,
      id: 'h',
      amount: 5n,
      state: 'pending' as const,
      postings,
      effectiveAt: NOW,
      recordedAt: NOW,
      createdBy: null,
      correlationId: null,
    };
    const state: LedgerState = {
      ...stateOf(a, b),
      originals: new Map([['h', { transaction: hold, done: 0n, doneLegs: new Map(), isReversed: false }]]),
    };
    const passed = applyDraft({ kind: 'void', originalId: 'h' }, state);
    expect(passed).toMatchObject({ transaction: undefined, movements: [], holds: [], touched: ['a', 'b'] });
    expect(passed.settles?.outcome).toBe('voided');
    expect([a.heldDebits, a.heldCredits, b.heldDebits, b.heldCredits]).toEqual([2n, 0n, 0n, 2n]);
    expect(state.originals.get('h')?.transaction.state).toBe('voided');
  });
});

describe('the limits of an account', () => {
  const out = ['credit purse 5', 'debit other 5'];
  const into = ['debit purse 5', 'credit other 5'];
  const limits = (code: string, balance: string, limit: string): Error =>
    refused(code, { account: 'purse', balance, limit });

  it.each<[string, Partial<WorkingAccount>, string[], string | undefined]>([
    ['down to the least', { net: 5n, minBalance: 0n }, out, undefined],
    ['below the least', { net: 4n, minBalance: 0n }, out, '-0.01 minBalance'],
    ['up to the most', { net: 0n, maxBalance: 5n }, into, undefined],
    ['above the most', { net: 1n, maxBalance: 5n }, into, '0.06 maxBalance'],
    ['back from below the least', { net: -9n, minBalance: 0n }, into, undefined],
    ['back from above the most', { net: 20n, maxBalance: 5n }, out, undefined],
    ['what is held to go out counts', { net: 7n, heldCredits: 3n, minBalance: 0n }, out, '-0.01 minBalance'],
    ['what is held to come in does not', { net: 4n, heldDebits: 9n, minBalance: 0n }, out, '-0.01 minBalance'],
    ['what is held to come in counts', { heldDebits: 1n, maxBalance: 5n }, into, '0.06 maxBalance'],
    ['of a debt, in its own sign', { type: 'liability', net: 0n, maxBalance: 4n }, out, '0.05 maxBalance'],
    ['of a debt, below the least', { type: 'liability', net: -4n, minBalance: 0n }, into, '-0.01 minBalance'],
    ['of a debt, with what is held', { type: 'liability', heldCredits: 1n, maxBalance: 5n }, out, '0.06 maxBalance'],
    [
      'of a debt, with what is held to go',
      { type: 'liability', net: -7n, heldDebits: 3n, minBalance: 0n },
      into,
      '-0.01 minBalance',
    ],
  ])('hold: %s', (_, change, legs, expected) => {
    const purse = account('purse', change);
    const act = (): Passed => apply(stateOf(purse, account('other')), legs);
    if (expected === undefined) expect(act).not.toThrow();
    else {
      const [balance = '', limit = ''] = expected.split(' ');
      expect(act).toThrow(limits('FINANCE.LIMIT_EXCEEDED', balance, limit));
      expect(purse).toEqual(account('purse', change));
    }
  });

  it('stop nothing that leaves an account as far beyond them as it is', () => {
    const purse = account('purse', { net: -9n, minBalance: 0n });
    expect(() => apply(stateOf(purse, account('other')), into, { state: 'pending' })).not.toThrow();
    const full = account('purse', { net: 9n, maxBalance: 5n });
    expect(() => apply(stateOf(full, account('other')), out, { state: 'pending' })).not.toThrow();
  });

  it.each<[string, Partial<WorkingAccount>, string[], Partial<NewTransaction>]>([
    ['balance', { net: MAX_MINOR - 4n }, into, {}],
    ['debt', { net: -MAX_MINOR + 4n }, out, {}],
    ['debits that are held', { net: -MAX_MINOR, heldDebits: MAX_MINOR - 4n }, into, { state: 'pending' }],
    ['credits that are held', { net: MAX_MINOR, heldCredits: MAX_MINOR - 4n }, out, { state: 'pending' }],
  ])('are those of what can be stored: a %s', (_, change, legs, transaction) => {
    const state = (by: bigint): LedgerState => {
      const purse = account('purse', change);
      purse.net += purse.net > 0n ? -by : by;
      if (purse.heldDebits > 0n) purse.heldDebits -= by;
      if (purse.heldCredits > 0n) purse.heldCredits -= by;
      return stateOf(purse, account('other'));
    };
    expect(() => apply(state(0n), legs, transaction)).toThrow(refused('FINANCE.BALANCE_OUT_OF_RANGE'));
    expect(() => apply(state(1n), legs, transaction)).not.toThrow();
  });
});
