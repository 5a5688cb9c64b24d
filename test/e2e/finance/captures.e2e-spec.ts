import { startTestApp, type TestApp } from '../../support/test-app.js';
import { FinanceClient, journal } from './finance-client.js';

describe('captures', () => {
  let app: TestApp;
  let ledger: FinanceClient;

  beforeAll(async () => {
    app = await startTestApp();
    ledger = await FinanceClient.of(app);
    await ledger.account('assets:bank');
  });
  afterAll(() => app.close());

  it('a hold can be captured several times, and what is left expires or is let go', async () => {
    await ledger.account('assets:purse', { minBalance: '0.00' });
    await ledger.account('assets:till');
    await ledger.post('transactions', journal(['debit assets:purse 10.00', 'credit assets:bank 10.00']));
    const hold = async (): Promise<string> =>
      (
        await ledger.post(
          'transactions',
          journal(['debit assets:till 10.00', 'credit assets:purse 10.00'], { state: 'pending' }),
        )
      ).body.transactionId;
    const capture = (id: string, body: object) => ledger.post(`transactions/${id}/capture`, body);
    const first = await hold();
    expect((await capture(first, { amount: '3.00', final: false })).body).toMatchObject({
      status: 'posted',
      amount: '3.00',
    });
    expect(await ledger.balance('assets:purse')).toEqual({ posted: '7.00', pending: '-7.00', available: '0.00' });
    expect((await capture(first, { amount: '7.01', final: false })).body.code).toBe('FINANCE.CAPTURE_EXCEEDS_PENDING');
    expect((await ledger.get(`transactions/${first}`)).body).toMatchObject({ amount: '10.00', state: 'pending' });
    await capture(first, { amount: '3.00', final: false });
    expect((await capture(first, { final: false })).body.amount).toBe('4.00');
    expect((await ledger.get(`transactions/${first}`)).body['state']).toBe('captured');
    expect(await ledger.balance('assets:till')).toEqual({ posted: '10.00', pending: '0.00', available: '10.00' });
    await ledger.post('transactions', journal(['debit assets:purse 10.00', 'credit assets:till 10.00']));
    const second = await hold();
    await capture(second, { amount: '4.00', final: false });
    expect((await ledger.post(`transactions/${second}/void`)).body.status).toBe('voided');
    expect(await ledger.balance('assets:purse')).toEqual({ posted: '6.00', pending: '0.00', available: '6.00' });
    const third = await ledger.post(
      'transactions',
      journal(['debit assets:till 6.00', 'credit assets:purse 6.00'], { state: 'pending' }),
    );
    await capture(third.body.transactionId, { amount: '1.00' });
    expect(await ledger.balance('assets:purse')).toEqual({ posted: '5.00', pending: '0.00', available: '5.00' });
    expect((await ledger.get('verify')).body).toMatchObject({ valid: true });
  });
});
