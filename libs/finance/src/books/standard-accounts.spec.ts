import fc from 'fast-check';
import { ACCOUNT_CODE } from './account.js';
import { clearingAccount, standardAccountOf } from './standard-accounts.js';

describe('clearing accounts', () => {
  const method = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 100 }),
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.stringMatching(/^[a-z ]{30,100}$/),
    fc.constantFrom('支付宝', '微信支付', '💳', '$', '€', '---', 'Crédit', 'credit'),
  );

  it('are standard accounts by a code that can be asked for, whatever the method is called', () => {
    fc.assert(
      fc.property(method, (name) => {
        const code = clearingAccount(name, 'EUR');
        expect(code).toMatch(ACCOUNT_CODE);
        expect(code.length).toBeLessThanOrEqual(200);
        const account = standardAccountOf(code, name);
        expect(account).toMatchObject({ type: 'asset', currency: 'EUR' });
        if (name.trim() !== '') expect(account?.name).toContain(name.trim().replace(/\s+/g, ' '));
      }),
    );
  });

  it('are shared by methods only that differ in case and in the signs between words', () => {
    const plain = (name: string): string =>
      name
        .normalize('NFC')
        .trim()
        .toLowerCase()
        .replace(/[\x00-\x2f\x3a-\x60\x7b-\x7f]+/g, ' ')
        .trim();
    fc.assert(
      fc.property(method, method, (one, other) => {
        const isSame = clearingAccount(one, 'EUR') === clearingAccount(other, 'EUR');
        if (isSame) expect(plain(one)).toBe(plain(other));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['Gift Card', 'gift_card'],
    ['gift--card!', 'gift_card'],
    [' CARD ', 'card'],
    ['', 'unspecified'],
    [undefined, 'unspecified'],
    ['a'.repeat(40), 'a'.repeat(40)],
  ])('of %j stay what they were', (name, word) => {
    expect(clearingAccount(name, 'USD')).toBe(`assets:clearing:${word}:USD`);
  });
});

it.each([
  ['assets:clearing', 'asset', 'Clearing'],
  ['assets:inventory', 'asset', 'Inventory'],
  ['liabilities:tax', 'liability', 'Tax payable'],
  ['equity:adjustments', 'equity', 'Adjustments'],
  ['revenue:sales', 'revenue', 'Sales'],
  ['revenue:shipping', 'revenue', 'Shipping'],
  ['revenue:other', 'revenue', 'Other revenue'],
  ['expenses:discounts', 'expense', 'Discounts'],
  ['expenses:refunds', 'expense', 'Refunds without an original'],
  ['expenses:operating', 'expense', 'Operating expenses'],
  ['assets:clearing:gift_card', 'asset', 'Clearing (gift_card)'],
])('%s is a standard account', (base, type, name) => {
  expect(standardAccountOf(`${base}:USD`)).toEqual({ type, name: `${name} USD`, currency: 'USD' });
});

it.each(['revenue:sales', 'revenue:sales:usd', 'revenue:gifts:USD', 'my:assets:clearing:card:USD', 'sales:USDX'])(
  '%s is none',
  (code) => expect(standardAccountOf(code)).toBeUndefined(),
);
