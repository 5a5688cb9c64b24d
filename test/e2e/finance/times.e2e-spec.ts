import { startTestApp, type TestApp } from '../../support/test-app.js';
import { FinanceClient, journal } from './finance-client.js';

interface Details {
  amount: string;
  channel: string;
  currency: string;
  orderId: string | null;
  details: Record<string, unknown>;
  postings: { account: string; direction: string; amount: string }[];
  effectiveAt: string;
}

describe('times', () => {
  let app: TestApp;
  let ledger: FinanceClient;

  beforeAll(async () => {
    app = await startTestApp();
    ledger = await FinanceClient.of(app);
    for (const code of ['assets:cash', 'assets:bank']) await ledger.account(code);
  });
  afterAll(() => app.close());

  const found = async (id: string | undefined): Promise<Details> =>
    (await ledger.get<Details>(`transactions/${id}`)).body;
  const record = (body: object) => ledger.post('transactions/record', body);

  const DAY = 86_400_000;
  const day = (offset: number): string => new Date(Date.now() + offset * DAY).toISOString().slice(0, 10);

  it('nothing follows from an original before it is effective', async () => {
    const at = `${day(-10)}T12:00:00.000Z`;
    const { body: sale } = await record({ amount: '10.00', transactionDate: at });
    const held = await ledger.post(
      'transactions',
      journal(['debit assets:cash 1.00', 'credit assets:bank 1.00'], { state: 'pending', effectiveAt: at }),
    );
    for (const before of [`${day(-10)}T11:59:59.999Z`, day(-11)]) {
      const refund = {
        type: 'refund',
        amount: '1.00',
        originalTransactionId: sale.transactionId,
        transactionDate: before,
      };
      const answers = [
        await record(refund),
        await ledger.post(`transactions/${sale.transactionId}/reverse`, { effectiveAt: before }),
        await ledger.post(`transactions/${held.body.transactionId}/capture`, { effectiveAt: before }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([422, 422, 422]);
    }
    // The same day is not before it.
    const refund = {
      type: 'refund',
      amount: '1.00',
      originalTransactionId: sale.transactionId,
      transactionDate: day(-10),
    };
    const { body } = await record(refund);
    expect((await found(body.transactionId)).effectiveAt).toBe(at);
    const { body: soon } = await record({
      amount: '1.00',
      transactionDate: new Date(Date.now() + 60_000).toISOString(),
    });
    const back = await ledger.post(`transactions/${soon.transactionId}/reverse`, {});
    expect((await found(back.body.transactionId)).effectiveAt).toBe((await found(soon.transactionId)).effectiveAt);
  });

  it('nothing is held in a closed month', async () => {
    expect((await ledger.post('periods/2015-01/close')).status).toBe(200);
    const pending = journal(['debit assets:cash 1.00', 'credit assets:bank 1.00'], {
      state: 'pending',
      effectiveAt: '2015-01-31T23:59:59.999Z',
    });
    expect((await ledger.post('transactions', pending)).body).toMatchObject({
      status: 409,
      code: 'FINANCE.PERIOD_CLOSED',
    });
  });

  it('a date means the whole day everywhere', async () => {
    const ids: string[] = [];
    for (const at of [
      '2016-09-30T23:59:59.999Z',
      '2016-10-01T00:00:00Z',
      '2016-10-31T23:59:59.999Z',
      '2016-11-01T00:00:00Z',
    ]) {
      ids.push((await record({ amount: '1.00', paymentMethod: 'days', transactionDate: at })).body.transactionId);
    }
    const list = async (query: string): Promise<string[]> =>
      (await ledger.get<{ items: { id: string }[] }>(`transactions?${query}`)).body.items.map(({ id }) => id);
    expect(await list('from=2016-10-01&to=2016-10-31')).toEqual([ids[2], ids[1]]);
    expect(await list('from=2016-10-31&to=2016-10-31')).toEqual([ids[2]]);
    expect(await list('from=2016-10-01T00:00:00Z&to=2016-10-31T23:59:59.999Z')).toEqual([ids[1]]);
    const posted = async (query: string): Promise<unknown> =>
      (await ledger.get(`accounts/assets:clearing:days:USD/balance?${query}`)).body['posted'];
    expect(await posted('effectiveAt=2016-10-31')).toBe('3.00');
    expect(await posted('effectiveAt=2016-10-31T00:00:00Z')).toBe('2.00');
    expect(await posted(`knownAt=${day(0)}`)).toBe('4.00');
    expect(await posted(`knownAt=${day(-1)}`)).toBe('0.00');
    const held = await ledger.post(
      'transactions',
      journal(['debit assets:cash 1.00', 'credit assets:bank 1.00'], { state: 'pending', expiresAt: '2099-10-31' }),
    );
    expect((await ledger.get(`transactions/${held.body.transactionId}`)).body['expiresAt']).toBe(
      '2099-10-31T23:59:59.999Z',
    );
  });

  it.each([
    'transactions?from=2016-11-01&to=2016-10-31',
    'transactions?from=2016-11-01T00:00:01Z&to=2016-11-01T00:00:00Z',
    'reports/revenue?from=2016-11-01&to=2016-10-31',
    'export?format=csv&from=2016-11-01&to=2016-10-31',
    'accounts/assets:cash/statement?from=2016-11-01&to=2016-10-31',
  ])('an end before the beginning is refused: %s', async (route) => {
    expect((await ledger.get(route)).status).toBe(422);
  });
});
