import fc from 'fast-check';
import { NoErrorReporter } from '#platform/kernel';
import { ItemRefusalService } from './item-refusal.service.js';
import { compileRules, createValidationPipe } from '#platform/http';
import { BatchDto, BusinessItemDto, JournalItemDto } from './batch.dto.js';
import { TransactionItemValidator } from './transaction-item.validator.js';

/** Mostly good values, some of every kind that is not, and some that are missing. */
const odd = fc.constantFrom<unknown>(null, '', 0, -1, 1e21, 'x', 'x'.repeat(3_000), [], {}, [1], true, '2026-11-24');
const or = (good: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 40, arbitrary: good },
    { weight: 1, arbitrary: odd },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
const record = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> =>
  fc
    .record(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, or(field)])))
    .map((made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)));
const amount = fc.oneof(fc.constant('1.00'), fc.integer());
const common = {
  idempotencyKey: fc.stringMatching(/^[a-z ]{1,3}$/),
  metadata: fc.object({ key: fc.stringMatching(/^[a-z]{1,3}$/), maxDepth: 2 }),
  extra: fc.constantFrom(undefined, undefined, undefined, 1),
};
const leg = record({
  account: fc.constantFrom('assets:cash', 'assets:clearing:card:USD'),
  direction: fc.constantFrom('debit', 'credit'),
  amount,
  currency: fc.constant('USD'),
});
const journal = record({
  description: fc.string({ maxLength: 5 }),
  postings: fc.array(or(leg), { minLength: 2, maxLength: 4 }),
  state: fc.constantFrom('posted', 'pending'),
  effectiveAt: fc.constantFrom('2026-11-24T12:00:00Z', '2026-11-24'),
  ...common,
});
const business = record({
  type: fc.constantFrom('sale', 'refund'),
  amount,
  currency: fc.constantFrom('USD', 'EUR'),
  lineItems: fc.array(
    record({
      sku: fc.string({ minLength: 1, maxLength: 3 }),
      quantity: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant('0.5')),
      unitPrice: amount,
    }),
  ),
  orderId: fc.string({ maxLength: 5 }),
  originalTransactionId: fc.uuid(),
  ...common,
});

describe('the quick reader', () => {
  const pipe = createValidationPipe();
  const cases = [
    [JournalItemDto, compileRules<object>(JournalItemDto), journal],
    [BusinessItemDto, compileRules<object>(BusinessItemDto), business],
    [BatchDto, compileRules<object>(BatchDto), record({ transactions: fc.array(journal), atomic: fc.boolean() })],
  ] as const;

  it.each(cases)(
    'takes nothing of a %p that the validation pipe would not take just so',
    async (metatype, quick, any) => {
      let taken = 0;
      await fc.assert(
        fc.asyncProperty(any, async (value) => {
          const made = quick(value);
          if (made === undefined) return;
          taken += 1;
          // The long way, which asks no compiled rules.
          const slow: unknown = await pipe.thorough.transform(value, { type: 'body', metatype });
          expect(made).toEqual(slow);
          expect(made).toBeInstanceOf(metatype);
        }),
        { numRuns: 500 },
      );
      expect(taken).toBeGreaterThan(20);
    },
  );

  it('takes what is good, and leaves the rest to the pipe, which names every fault', async () => {
    const reader = new TransactionItemValidator(new ItemRefusalService(new NoErrorReporter()));
    const postings = ['debit', 'credit'].map((direction) => ({
      account: 'assets:a',
      direction,
      amount: 1,
      currency: 'USD',
    }));
    expect(await reader.read({ description: 'd', postings })).toMatchObject({
      journal: { description: 'd', postings },
    });
    expect(
      await reader.read({ description: '', postings: [{ ...postings[0], currency: 'x' }], state: 'odd' }),
    ).toMatchObject({
      refusal: {
        details: {
          errors: [{ path: 'description' }, { path: 'postings' }, { path: 'postings.0.currency' }, { path: 'state' }],
        },
      },
    });
  });
});
