import type { Transaction } from '../books/transaction.js';
import { canonicalJson } from './canonical-json.js';
import { accountLeaf, inOrder, type Leaf, transactionLeaf } from './leaves.js';

const AT = new Date('2026-11-30T12:00:00.000Z');
const LATER = new Date('2026-12-07T12:00:00.000Z');

const HOLD: Transaction = {
  id: 't-1',
  type: 'journal',
  state: 'captured',
  amount: 5n,
  currency: 'USD',
  channel: null,
  orderId: 'o',
  customerId: 'c',
  originalTransactionId: 'first',
  description: 'Why',
  postings: [
    { account: 'a', direction: 'debit', amount: 5n, currency: 'USD' },
    { account: 'b', direction: 'credit', amount: 5n, currency: 'USD' },
  ],
  details: { metadata: { z: 1 } },
  effectiveAt: AT,
  recordedAt: LATER,
  expiresAt: LATER,
  createdBy: null,
  correlationId: null,
};

describe('what is sealed', () => {
  it('of a transaction is how it was recorded: its end is another record', () => {
    const leaf = transactionLeaf(HOLD);
    expect(leaf).toEqual({
      transaction: {
        id: 't-1',
        type: 'journal',
        state: 'pending',
        amount: '5',
        currency: 'USD',
        channel: null,
        orderId: 'o',
        customerId: 'c',
        originalTransactionId: 'first',
        description: 'Why',
        postings: [
          { account: 'a', amount: '5', currency: 'USD', direction: 'debit' },
          { account: 'b', amount: '5', currency: 'USD', direction: 'credit' },
        ],
        details: { metadata: { z: 1 } },
        effectiveAt: '2026-11-30T12:00:00.000Z',
        recordedAt: '2026-12-07T12:00:00.000Z',
        expiresAt: '2026-12-07T12:00:00.000Z',
      },
    });
    const posted = transactionLeaf({ ...HOLD, state: 'posted', expiresAt: null });
    expect(posted).toMatchObject({ transaction: { state: 'posted', expiresAt: null } });
  });

  it('of a transaction says who had it recorded where that is known, and of earlier ones what was sealed then', () => {
    const named = transactionLeaf({ ...HOLD, createdBy: 'u', correlationId: 'r' });
    expect(named).toMatchObject({ transaction: { createdBy: 'u', correlationId: 'r' } });
    const fields = (leaf: object): string[] => Object.keys((leaf as { transaction: object }).transaction);
    for (const leaf of [named, transactionLeaf(HOLD)]) expect(fields(leaf)).toEqual(fields(leaf).toSorted());
    expect(fields(transactionLeaf(HOLD))).not.toContain('createdBy');
  });

  it('of an account has its limits as text', () => {
    const account = {
      code: 'a',
      name: 'A',
      type: 'asset' as const,
      currency: 'USD',
      minBalance: 0n,
      maxBalance: null,
      metadata: { k: 'v' },
      createdAt: AT,
    };
    const sealed = { ...account, minBalance: '0', createdAt: '2026-11-30T12:00:00.000Z' };
    expect(accountLeaf(account)).toEqual({ account: sealed });
    const other = accountLeaf({ ...account, minBalance: null, maxBalance: -7n });
    expect(other).toEqual({ account: { ...sealed, minBalance: null, maxBalance: '-7' } });
  });

  it('has its members in the order of the canonical text', () => {
    for (const leaf of [
      transactionLeaf(HOLD),
      accountLeaf({
        code: 'a',
        name: 'A',
        type: 'asset',
        currency: 'USD',
        minBalance: 1n,
        maxBalance: 2n,
        metadata: {},
        createdAt: AT,
      }),
    ])
      expect(JSON.stringify(leaf)).toBe(canonicalJson(leaf));
  });
});

describe('the order of the records of a block', () => {
  const ordered: Leaf[] = [
    { account: { code: 'a' } },
    { account: { code: 'b' } },
    { transaction: { id: 't-1' } },
    { transaction: { id: 't-2' } },
    { settlement: { pendingId: 'h-1', outcome: 'voided', captureId: null, recordedAt: '' } },
    { settlement: { pendingId: 'h-2', outcome: 'voided', captureId: null, recordedAt: '' } },
    { period: { month: '2026-10' } },
    { period: { month: '2026-11' } },
    { request: { principalId: 'p', key: '1', fingerprint: {}, answer: {} } },
    { request: { principalId: 'p', key: '2', fingerprint: {}, answer: {} } },
    { request: { principalId: 'q', key: '1', fingerprint: {}, answer: {} } },
    ...['a', 'b'].map((account): Leaf => ({
      accountChange: { account, number: 1, name: '', isClosed: false, principalId: 'p', recordedAt: '' },
    })),
  ];

  it('is by kind and then by what identifies them, whatever they come in', () => {
    expect(inOrder([...ordered].reverse())).toEqual(ordered);
    expect(inOrder(ordered)).toEqual(ordered);
    const [first = { account: {} }, ...more] = ordered;
    expect(inOrder([...more, first])).toEqual(ordered);
  });
});
