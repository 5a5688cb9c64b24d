import { BooksCalendar } from '../books/calendar.js';
import { channelOf } from '../books/day-sums.js';
import { kindOf } from '../books/transaction-kind.js';
import type { Posting, Transaction } from '../books/transaction.js';
import { LedgerRebuild } from './ledger-rebuild.js';

const AT = new Date('2026-11-30T23:30:00.000Z');

/** Legs such as `debit cash 7`. */
const legs = (...texts: string[]): Posting[] =>
  texts.map((text) => {
    const [direction = '', account = '', amount = '', currency = 'USD'] = text.split(' ');
    return { direction: direction as Posting['direction'], account, amount: BigInt(amount), currency };
  });

function transaction(id: string, postings: Posting[], change: Partial<Transaction> = {}): Transaction {
  return {
    id,
    type: 'journal',
    state: 'posted',
    amount: 5n,
    currency: 'USD',
    channel: null,
    orderId: null,
    customerId: null,
    originalTransactionId: null,
    description: null,
    postings,
    details: {},
    effectiveAt: AT,
    recordedAt: AT,
    expiresAt: null,
    createdBy: null,
    correlationId: null,
    ...change,
  };
}

/** A rebuild with a bank, costs and sales in USD and a bank in EUR, and what it finds wrong. */
function rebuild(calendar?: BooksCalendar): { rebuild: LedgerRebuild; faults: string[] } {
  const faults: string[] = [];
  const made = new LedgerRebuild((block, message) => faults.push(`${block}: ${message}`), calendar);
  made.account({ code: 'bank', type: 'asset', currency: 'USD' });
  made.account({ code: 'costs', type: 'expense', currency: 'USD' });
  made.account({ code: 'sales', type: 'revenue', currency: 'USD' });
  made.account({ code: 'euro', type: 'asset', currency: 'EUR' });
  return { rebuild: made, faults };
}

const SALE = legs('debit bank 5', 'credit sales 5');

describe('the ledger, worked out again', () => {
  it('has an entry for each account that a transaction moves', () => {
    const { rebuild: ledger, faults } = rebuild();
    ledger.transaction(transaction('t-1', SALE), 1);
    const second = transaction('t-2', legs('debit costs 4', 'credit bank 3', 'credit bank 1'));
    const { entries, holds } = ledger.transaction(second, 2);
    const shared = { transactionId: 't-2', effectiveAt: AT, recordedAt: AT, kind: kindOf(second) };
    expect(entries).toEqual([
      { ...shared, account: 'costs', amount: 4n, netAfter: 4n, version: 1n },
      { ...shared, account: 'bank', amount: -4n, netAfter: 1n, version: 2n },
    ]);
    expect([holds, faults]).toEqual([[], []]);
    expect(ledger.accounts.get('bank')).toEqual({
      net: 1n,
      heldDebits: 0n,
      heldCredits: 0n,
      version: 2n,
      name: null,
      isClosed: false,
    });
  });

  it('has no entry where legs cancel out', () => {
    const { rebuild: ledger } = rebuild();
    expect(ledger.transaction(transaction('t-1', legs('debit bank 5', 'credit bank 5')), 1).entries).toEqual([]);
    expect(ledger.accounts.get('bank')?.version).toBe(0n);
  });

  it('sums debits and credits of each day, by channel where that counts', () => {
    const { rebuild: ledger } = rebuild(new BooksCalendar('Europe/Berlin'));
    ledger.transaction(transaction('t-1', SALE, { channel: 'wholesale' }), 1);
    ledger.transaction(transaction('t-2', legs('debit costs 4', 'credit bank 4')), 1);
    ledger.transaction(transaction('t-3', legs('debit bank 1', 'credit bank 1')), 1);
    expect(Object.fromEntries(ledger.daily)).toEqual({
      'bank 2026-12-01 ': { debits: 5n, credits: 4n },
      'sales 2026-12-01 wholesale': { debits: 0n, credits: 5n },
      'costs 2026-12-01 ': { debits: 4n, credits: 0n },
    });
    const { rebuild: inUtc } = rebuild();
    inUtc.transaction(transaction('t-1', SALE), 1);
    expect([...inUtc.daily.keys()]).toEqual(['bank 2026-11-30 ', 'sales 2026-11-30 ']);
  });

  it.each([
    ['revenue', 'b2b', 'b2b'],
    ['expense', 'b2b', 'b2b'],
    ['expense', null, ''],
    ['asset', 'b2b', ''],
    ['liability', 'b2b', ''],
    ['equity', 'b2b', ''],
  ] as const)('has for %s and the channel %s the channel %j', (type, channel, expected) => {
    expect(channelOf(type, channel)).toBe(expected);
  });

  it.each<[string, Posting[], string[]]>([
    ['an account that nobody made', legs('debit nobody 5', 'credit bank 5'), ['t-1 names the unknown account nobody']],
    ['another currency', legs('debit euro 5', 'credit bank 5'), ['t-1 posts USD to euro']],
    ['a closed account', legs('debit costs 5', 'credit bank 5'), ['t-1 posts to costs, which was closed']],
    ['legs that do not balance', legs('debit bank 5', 'credit sales 4'), ['t-1 does not balance']],
    ['currencies that do not balance each', legs('debit euro 5 EUR', 'credit bank 5'), ['t-1 does not balance']],
    ['one currency of two', legs('debit bank 5', 'credit sales 5', 'debit euro 1 EUR'), ['t-1 does not balance']],
  ])('says what does not fit: %s', (_, postings, expected) => {
    const { rebuild: ledger, faults } = rebuild();
    const closed = { account: 'costs', number: 1, name: 'Costs', isClosed: true, principalId: 'p', recordedAt: '' };
    ledger.change(closed, 2);
    ledger.transaction(transaction('t-1', postings), 3);
    expect(faults).toEqual(expected.map((fault) => `3: ${fault}`));
  });
});

describe('holds, worked out again', () => {
  const hold = (state: Transaction['state']): Transaction => transaction('h', SALE, { state });

  it('stand on both sides until they end', () => {
    const { rebuild: ledger, faults } = rebuild();
    const { entries, holds } = ledger.transaction(hold('voided'), 1);
    const shared = { transactionId: 'h', effectiveAt: AT, kind: kindOf(hold('voided')), state: 'voided', version: 0n };
    expect(entries).toEqual([]);
    expect(holds).toEqual([
      { ...shared, account: 'bank', amount: 5n },
      { ...shared, account: 'sales', amount: -5n },
    ]);
    expect(ledger.accounts.get('bank')).toMatchObject({ net: 0n, heldDebits: 5n, heldCredits: 0n, version: 0n });
    expect(ledger.accounts.get('sales')).toMatchObject({ net: 0n, heldDebits: 0n, heldCredits: 5n });
    ledger.settlement({ pendingId: 'h', outcome: 'voided', captureId: null, recordedAt: '' }, 2);
    ledger.finish();
    expect(ledger.accounts.get('bank')).toMatchObject({ heldDebits: 0n, heldCredits: 0n });
    expect(ledger.accounts.get('sales')).toMatchObject({ heldDebits: 0n, heldCredits: 0n });
    expect(faults).toEqual([]);
  });

  it('give each capture its part, and no more than they have', () => {
    const capture = (id: string, amount: bigint): Transaction =>
      transaction(id, legs(`debit bank ${amount}`, `credit sales ${amount}`), { originalTransactionId: 'h' });
    const { rebuild: ledger, faults } = rebuild();
    ledger.transaction(hold('captured'), 1);
    ledger.transaction(capture('c-1', 3n), 2);
    expect(ledger.accounts.get('bank')).toMatchObject({ net: 3n, heldDebits: 2n });
    ledger.transaction(capture('c-2', 2n), 3);
    expect(faults).toEqual([]);
    ledger.settlement({ pendingId: 'h', outcome: 'captured', captureId: 'c-2', recordedAt: '' }, 3);
    ledger.finish();
    expect(ledger.accounts.get('bank')).toMatchObject({ net: 5n, heldDebits: 0n });

    const second = rebuild();
    second.rebuild.transaction(hold('captured'), 1);
    second.rebuild.transaction(capture('c-1', 6n), 2);
    expect(second.faults).toEqual(['2: c-1 takes more than was held', '2: c-1 takes more than was held']);
  });

  it('end also where one names an account that nobody made', () => {
    const { rebuild: ledger, faults } = rebuild();
    ledger.transaction(transaction('h', legs('debit nobody 5', 'credit sales 5'), { state: 'voided' }), 1);
    ledger.settlement({ pendingId: 'h', outcome: 'voided', captureId: null, recordedAt: '' }, 2);
    expect(faults).toEqual(['1: h names the unknown account nobody']);
    expect(ledger.accounts.get('sales')?.heldCredits).toBe(0n);
  });

  it.each<[string, (ledger: LedgerRebuild) => void, string[]]>([
    [
      'an end of what was not held',
      (ledger) => ledger.settlement({ pendingId: 'x', outcome: 'voided', captureId: null, recordedAt: '' }, 2),
      ['2: x was voided, but is not known to be pending'],
    ],
    [
      'another end than the recorded one',
      (ledger) => {
        ledger.transaction(hold('expired'), 1);
        ledger.settlement({ pendingId: 'h', outcome: 'voided', captureId: null, recordedAt: '' }, 2);
      },
      ['1: h is expired, but was voided'],
    ],
    [
      'a second end',
      (ledger) => {
        ledger.transaction(hold('voided'), 1);
        ledger.settlement({ pendingId: 'h', outcome: 'voided', captureId: null, recordedAt: '' }, 2);
        ledger.settlement({ pendingId: 'h', outcome: 'voided', captureId: null, recordedAt: '' }, 3);
      },
      ['3: h was voided, but is not known to be pending'],
    ],
    ['no end', (ledger) => ledger.transaction(hold('voided'), 1), ['1: h is voided, but nothing ended it']],
    ['what is still pending', (ledger) => ledger.transaction(hold('pending'), 1), []],
  ])('say what does not fit: %s', (_, act, expected) => {
    const { rebuild: ledger, faults } = rebuild();
    act(ledger);
    ledger.finish();
    expect(faults).toEqual(expected);
  });
});

describe('changes and months, worked out again', () => {
  const change = (account: string, number: number): Parameters<LedgerRebuild['change']>[0] => ({
    account,
    number,
    name: `name ${number}`,
    isClosed: number === 2,
    principalId: 'p',
    recordedAt: '',
  });

  it('rename and close accounts, one after the other', () => {
    const { rebuild: ledger, faults } = rebuild();
    ledger.change(change('bank', 1), 1);
    expect(ledger.accounts.get('bank')).toMatchObject({ name: 'name 1', isClosed: false });
    ledger.change(change('bank', 2), 2);
    expect(ledger.accounts.get('bank')).toMatchObject({ name: 'name 2', isClosed: true });
    expect(faults).toEqual([]);
    ledger.change(change('bank', 4), 3);
    ledger.change(change('nobody', 1), 4);
    expect(faults).toEqual([
      '3: The changes of bank do not follow each other',
      '4: The changes of nobody do not follow each other',
    ]);
    expect(ledger.accounts.get('bank')?.name).toBe('name 2');
  });

  it('let nothing be effective in a month that was closed', () => {
    const { rebuild: ledger, faults } = rebuild();
    expect(ledger.openSince).toEqual(new Date(0));
    ledger.period({ month: '2026-11', timeZone: 'Europe/Berlin' }, 1);
    expect(ledger.openSince).toEqual(new Date('2026-11-30T23:00:00.000Z'));
    ledger.transaction(transaction('t-1', SALE), 2);
    expect(faults).toEqual([]);
    ledger.period({ month: '2026-11' }, 3);
    ledger.transaction(transaction('t-2', SALE, { effectiveAt: ledger.openSince }), 4);
    ledger.transaction(transaction('t-3', SALE), 5);
    expect(faults).toEqual(['5: t-3 is effective in a month that was closed before']);
  });

  it('know no other months and zones', () => {
    const { rebuild: ledger, faults } = rebuild();
    ledger.period({ month: '2026-13' }, 1);
    ledger.period({ month: '2026-11', timeZone: 'Nowhere' }, 2);
    expect(faults).toEqual(['1: 2026-13 in UTC is no month', '2: 2026-11 in Nowhere is no month']);
    expect(ledger.openSince).toEqual(new Date(0));
  });
});
