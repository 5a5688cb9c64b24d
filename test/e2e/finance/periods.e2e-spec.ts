import { startTestApp, type TestApp } from '../../support/test-app.js';
import { FinanceClient, journal } from './finance-client.js';

interface Manifest {
  month: string;
  transactionCount: number;
  totals: object[];
  balances: object[];
  lastBlock: { number: number };
  code: string;
}

describe('closed months and reports', () => {
  let app: TestApp;
  let replica: TestApp;
  let ledger: FinanceClient;

  beforeAll(async () => {
    app = await startTestApp();
    replica = await startTestApp({}, app);
    ledger = await FinanceClient.of(app);
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });

  const sale = (transactionDate: string, more: object = {}, on = ledger) =>
    on.post('transactions/record', { amount: '10.00', taxAmount: '1.00', transactionDate, ...more });
  const close = (month: string) => ledger.post<Manifest>(`periods/${month}/close`);

  it('close a month exactly: what was answered before is in the manifest, and nothing comes after', async () => {
    const other = ledger.at(replica);
    const posting = Array.from({ length: 80 }, (_, index) =>
      sale('2026-01-31T23:59:59.999Z', {}, index % 2 ? ledger : other),
    );
    await posting[0];
    const [closed, ...rest] = await Promise.all([close('2026-01'), ...posting]);
    const posted = rest.filter(({ status }) => status === 201).length;
    expect(rest.every(({ status, body }) => status === 201 || body.code === 'FINANCE.PERIOD_CLOSED')).toBe(true);
    const amount = `${posted * 10}.00`;
    expect(closed.body).toMatchObject({
      month: '2026-01',
      transactionCount: posted,
      totals: [{ currency: 'USD', debits: amount, credits: amount }],
      balances: expect.arrayContaining([
        { account: 'assets:clearing:unspecified:USD', currency: 'USD', closing: amount },
      ]),
    });
    expect((await sale('2026-01-15T00:00:00Z')).status).toBe(409);
    expect((await sale('2025-12-15T00:00:00Z')).status).toBe(409);
    expect((await sale('2026-02-01T00:00:00.000Z')).status).toBe(201);
    expect((await close('2026-01')).text).toBe(closed.text);
    const first = await posting[0];
    const reversal = await ledger.post(`transactions/${first?.body.transactionId}/reverse`, {});
    expect(reversal.status).toBe(201);
    const backdated = await ledger.post(`transactions/${first?.body.transactionId}/reverse`, {
      effectiveAt: '2026-01-31T00:00:00Z',
    });
    expect(backdated.status).toBe(409);
  });

  it('are closed oldest first, and only when they are over', async () => {
    await sale('2026-03-10T00:00:00Z');
    expect((await close('2026-03')).body).toMatchObject({
      code: 'FINANCE.PERIOD_NOT_CLOSABLE',
      detail: 'Close 2026-02 first',
    });
    expect((await close('2025-11')).body.code).toBe('FINANCE.PERIOD_CLOSED');
    expect((await close('2099-01')).body.code).toBe('FINANCE.PERIOD_NOT_CLOSABLE');
    expect((await close('2026-13')).status).toBe(400);
    expect((await close('2026-02')).status).toBe(200);
    const { body } = await ledger.get<{ items: Manifest[] }>('periods');
    expect(body.items.map(({ month }) => month)).toEqual(['2026-02', '2026-01']);
    expect((await ledger.get<{ valid: boolean }>('verify')).body).toMatchObject({ valid: true, problems: [] });
  });

  it('add up: the trial balance, the income statement and the balance sheet', async () => {
    const marketplace = await sale('2026-04-02T10:00:00Z', { channel: 'marketplace' });
    await sale('2026-04-03T10:00:00Z', { channel: 'b2b', discountAmount: '2.00' });
    const refund = { type: 'refund', amount: '5.00', originalTransactionId: marketplace.body.transactionId };
    await ledger.post('transactions/record', {
      ...refund,
      channel: 'marketplace',
      transactionDate: '2026-04-03T11:00:00Z',
    });
    await ledger.post('transactions/record', { type: 'expense', amount: '3.00', transactionDate: '2026-04-04' });
    await ledger.account('assets:yen', { currency: 'JPY' });
    const yen = ['debit assets:yen 100 JPY', 'credit equity:adjustments:JPY 100 JPY'];
    await ledger.post('transactions', journal(yen, { effectiveAt: '2026-04-05T00:00:00Z' }));
    const income = await ledger.get('reports/income-statement?period=2026-04&currency=USD');
    expect(income.body).toMatchObject({
      from: '2026-04-01',
      to: '2026-04-30',
      currencies: [{ currency: 'USD', totalRevenue: '15.50', totalExpenses: '5.00', netIncome: '10.50' }],
    });
    const sheet = await ledger.get<{ currencies: Record<string, string>[] }>('reports/balance-sheet?to=2026-04-30');
    for (const { totalAssets, totalLiabilities, totalEquity } of sheet.body.currencies)
      expect(Number(totalAssets)).toBeCloseTo(Number(totalLiabilities) + Number(totalEquity), 6);
    const trial = await ledger.get<{ totals: { currency: string; debits: string; credits: string }[] }>(
      'reports/trial-balance?period=2026-04',
    );
    expect(trial.body.totals.map(({ currency }) => currency)).toEqual(['JPY', 'USD']);
    for (const { debits, credits } of trial.body.totals) expect(debits).toBe(credits);
    const revenue = await ledger.get('reports/revenue?from=2026-04-02&to=2026-04-03');
    expect(revenue.body).toEqual({
      from: '2026-04-02',
      to: '2026-04-03',
      byChannel: [
        { channel: 'marketplace', currency: 'USD', amount: '4.50' },
        { channel: 'b2b', currency: 'USD', amount: '9.00' },
      ],
      byDay: [
        { day: '2026-04-02', currency: 'USD', amount: '9.00' },
        { day: '2026-04-03', currency: 'USD', amount: '4.50' },
      ],
    });
    for (const wrong of [
      'period=2026-4',
      'from=2026-04-02&to=2026-04-01',
      'period=2026-04&from=2026-04-01',
      'to=2026-02-30',
    ])
      expect((await ledger.get(`reports/revenue?${wrong}`)).status).toBe(422);
  });

  it('know a balance as of two times, whatever was recorded in which order', async () => {
    const accounts = ['debit assets:clock', 'credit equity:adjustments:USD'];
    await ledger.account('assets:clock');
    const posted: { effectiveAt: string; recordedAt: string; amount: number }[] = [];
    const days = [
      '2026-05-03T12:00:00.000Z',
      '2026-05-01T00:00:00.000Z',
      '2026-05-02T23:59:59.999Z',
      '2026-05-02T00:00:00.000Z',
    ];
    for (const [index, effectiveAt] of days.entries()) {
      const amount = 10 ** index;
      const { body } = await ledger.post<{ createdAt: string }>(
        'transactions',
        journal(
          accounts.map((text) => `${text} ${amount}.00`),
          { effectiveAt },
        ),
      );
      posted.push({ effectiveAt, recordedAt: body.createdAt, amount });
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    const times = [undefined, '2026-04-30T00:00:00.000Z', ...days];
    for (const effectiveAt of times) {
      for (const knownAt of [undefined, '2026-01-01T00:00:00.000Z', ...posted.map(({ recordedAt }) => recordedAt)]) {
        const expected = posted
          .filter((one) => (effectiveAt ?? '9') >= one.effectiveAt && (knownAt ?? '9') >= one.recordedAt)
          .reduce((sum, { amount }) => sum + amount, 0);
        const query = new URLSearchParams({ ...(effectiveAt && { effectiveAt }), ...(knownAt && { knownAt }) });
        const { body } = await ledger.get<{ posted: string }>(`accounts/assets:clock/balance?${query.toString()}`);
        expect({ effectiveAt, knownAt, posted: Number(body.posted) }).toEqual({
          effectiveAt,
          knownAt,
          posted: expected,
        });
      }
    }
  });
});
