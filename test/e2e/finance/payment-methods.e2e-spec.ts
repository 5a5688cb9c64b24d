import { startTestApp, type TestApp } from '../../support/test-app.js';
import { FinanceClient } from './finance-client.js';

describe('payment methods', () => {
  let app: TestApp;
  let ledger: FinanceClient;

  beforeAll(async () => {
    app = await startTestApp();
    ledger = await FinanceClient.of(app);
  });
  afterAll(() => app.close());

  const record = (body: object) => ledger.post('transactions/record', body);

  it('have accounts of their own, whatever they are written in', async () => {
    const long = 'a'.repeat(44);
    const methods = [
      '支付宝',
      '微信支付',
      `${long}1`,
      `${long}2`,
      '💳',
      '💶',
      'Crédit',
      'Credit',
      'Gift Card',
      undefined,
    ];
    const codes: string[] = [];
    for (const paymentMethod of methods) {
      const { body } = await record({ amount: '1.00', ...(paymentMethod && { paymentMethod }) });
      codes.push(body.postings[0]?.account ?? '');
    }
    expect(new Set(codes).size).toBe(methods.length);
    expect(codes.slice(-3)).toEqual([
      'assets:clearing:credit:USD',
      'assets:clearing:gift_card:USD',
      'assets:clearing:unspecified:USD',
    ]);
    expect((await ledger.get(`accounts/${codes[0]}`)).body).toMatchObject({ name: 'Clearing (支付宝) USD' });
    // However it is written, and asked for at the other end of the alphabet.
    const decomposed = await record({ amount: '1.00', paymentMethod: ' CRÉDIT '.normalize('NFD') });
    expect(decomposed.body.postings[0]?.account).toBe(codes[6]);
  });
});
