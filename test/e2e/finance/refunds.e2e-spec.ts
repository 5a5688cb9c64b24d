import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { FinanceClient, journal, type Recorded } from './finance-client.js';

interface Details {
  amount: string;
  channel: string;
  currency: string;
  orderId: string | null;
  details: Record<string, unknown>;
  postings: { account: string; direction: string; amount: string }[];
  effectiveAt: string;
}

describe('refunds', () => {
  let app: TestApp;
  let replica: TestApp;
  let ledger: FinanceClient;

  beforeAll(async () => {
    app = await startTestApp();
    replica = await startTestApp({}, app);
    ledger = await FinanceClient.of(app);
    for (const code of ['assets:cash', 'assets:bank']) await ledger.account(code);
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });

  const found = async (id: string | undefined): Promise<Details> =>
    (await ledger.get<Details>(`transactions/${id}`)).body;
  const record = (body: object) => ledger.post('transactions/record', body);
  const legsOf = (body: Pick<Recorded, 'postings'>): string[] =>
    body.postings.map(({ direction, account, amount }) => `${direction} ${account} ${amount}`);

  const sale = async (more: object = {}): Promise<string> => {
    const parts = { amount: '120.00', subtotal: '90.00', taxAmount: '20.00', shippingAmount: '10.00' };
    const facts = {
      paymentMethod: 'card',
      channel: 'marketplace',
      orderId: 'R-1',
      customerId: 'C-1',
      currency: 'EUR',
    };
    return (await record({ ...parts, ...facts, ...more })).body.transactionId;
  };
  const refund = (originalTransactionId: string, more: object) =>
    record({ type: 'refund', originalTransactionId, ...more });

  it('do what they say, and take from their original what they do not say', async () => {
    const id = await sale();
    const tax = await refund(id, { amount: '20.00', subtotal: '0', taxAmount: '20', paymentMethod: 'store_credit' });
    expect(legsOf(tax.body)).toEqual([
      'debit liabilities:tax:EUR 20.00',
      'credit assets:clearing:store_credit:EUR 20.00',
    ]);
    expect(await found(tax.body.transactionId)).toMatchObject({
      channel: 'marketplace',
      currency: 'EUR',
      orderId: 'R-1',
      customerId: 'C-1',
      details: { taxAmount: '20.00', subtotal: '0.00', paymentMethod: 'store_credit' },
    });
    const rest = await refund(id, { amount: '100.00', channel: 'b2b' });
    expect(legsOf(rest.body)).toEqual([
      'debit revenue:sales:EUR 90.00',
      'debit revenue:shipping:EUR 10.00',
      'credit assets:clearing:card:EUR 100.00',
    ]);
    expect((await found(rest.body.transactionId)).channel).toBe('b2b');
    expect((await ledger.get('verify')).body).toMatchObject({ valid: true });
  });

  it('are refused what the original has not', async () => {
    const untaxed = await sale({ amount: '100.00', taxAmount: undefined });
    const answer = await refund(untaxed, { amount: '10.00', taxAmount: '1.00' });
    expect(answer.body).toMatchObject({
      status: 409,
      code: 'FINANCE.REFUND_EXCEEDS_ORIGINAL',
      details: { part: 'taxAmount' },
    });
    expect((await refund(untaxed, { amount: '10.00', currency: 'USD' })).status).toBe(422);
    await ledger.post(`transactions/${untaxed}/reverse`, {});
    expect((await refund(untaxed, { amount: '10.00' })).body).toMatchObject({
      status: 409,
      code: 'FINANCE.ORIGINAL_REVERSED',
    });
  });

  it('are of purchases, expenses and captures too', async () => {
    const { body: bought } = await record({
      type: 'purchase',
      amount: '12.00',
      taxAmount: '2.00',
      paymentMethod: 'bank',
    });
    expect(legsOf((await refund(bought.transactionId, { amount: '6.00' })).body)).toEqual([
      'credit assets:inventory:USD 5.00',
      'credit liabilities:tax:USD 1.00',
      'debit assets:clearing:bank:USD 6.00',
    ]);
    const held = await ledger.post(
      'transactions',
      journal(['debit assets:cash 10.00', 'credit assets:bank 10.00'], { state: 'pending' }),
    );
    expect((await refund(held.body.transactionId, { amount: '1.00' })).status).toBe(422);
    const captured = await ledger.post(`transactions/${held.body.transactionId}/capture`, {});
    const back = await refund(captured.body.transactionId, { amount: '4.00' });
    expect(legsOf(back.body)).toEqual(['credit assets:cash 4.00', 'debit assets:bank 4.00']);
    expect((await refund(captured.body.transactionId, { amount: '6.01' })).status).toBe(409);
    expect((await refund(captured.body.transactionId, { amount: '6.00' })).status).toBe(201);
    const { body: plain } = await ledger.post(
      'transactions',
      journal(['debit assets:cash 1.00', 'credit assets:bank 1.00']),
    );
    expect((await refund(plain.transactionId, { amount: '1.00' })).status).toBe(422);
  });

  it('parts and captures are given once, however many ask on both replicas', async () => {
    const { body: sale } = await record({ amount: '100.00', subtotal: '90.00', taxAmount: '10.00' });
    const refund = { type: 'refund', amount: '1.00', taxAmount: '1.00', originalTransactionId: sale.transactionId };
    const other = ledger.at(replica);
    const refunds = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? ledger : other).post('transactions/record', refund)),
    );
    expect(refunds.filter(({ status }) => status === 201).length).toBe(10);
    const held = await ledger.post(
      'transactions',
      journal(['debit assets:cash 10.00', 'credit assets:bank 10.00'], { state: 'pending' }),
    );
    const route = `transactions/${held.body.transactionId}/capture`;
    const captures = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? ledger : other).post(route, { amount: '1.00', final: false }),
      ),
    );
    expect(captures.filter(({ status }) => status === 201).length).toBe(10);
    expect((await ledger.get(`transactions/${held.body.transactionId}`)).body['state']).toBe('captured');
    expect((await ledger.get('verify')).body).toMatchObject({ valid: true });
  });

  it('answers again what was asked before defaults were left to the original', async () => {
    const key = randomUUID();
    const sale = { amount: '1.00' };
    const first = await ledger.post('transactions/record', sale, key);
    const again = await ledger.post('transactions/record', { ...sale, currency: 'USD', channel: 'online_store' }, key);
    expect(again.text).toBe(first.text);
  });
});
