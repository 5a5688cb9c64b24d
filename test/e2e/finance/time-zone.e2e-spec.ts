import { Readable } from 'node:stream';
import { FinanceReadService, verifyLedgerExport } from '#finance';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { FinanceClient, journal } from './finance-client.js';

/** Half an hour off, with clocks that change: 2019-03-10 there has 23 hours. */
const ZONE = 'America/St_Johns';

describe('books of a time zone', () => {
  let utc: TestApp;
  let app: TestApp;
  let ledger: FinanceClient;

  beforeAll(async () => {
    utc = await startTestApp();
    const before = await FinanceClient.of(utc);
    // Written while nobody had chosen a zone: still October there.
    await before.post('transactions/record', { amount: '100.00', transactionDate: '2018-11-01T01:00:00Z' });
    app = await startTestApp({ BOOKS_TIME_ZONE: ZONE }, utc);
    ledger = before.at(app);
  });
  afterAll(async () => {
    await app.close();
    await utc.close();
  });

  const sale = (amount: string, transactionDate: string) =>
    ledger.post('transactions/record', { amount, transactionDate, paymentMethod: 'zone' });
  const revenue = async (query: string): Promise<unknown> =>
    (await ledger.get<{ byDay: unknown }>(`reports/revenue?${query}`)).body.byDay;

  it('have its days and months everywhere', async () => {
    const ids: string[] = [];
    for (const [amount, at] of [
      ['1.00', '2019-03-10T03:29:59.999Z'],
      ['2.00', '2019-03-10T03:30:00.000Z'],
      ['4.00', '2019-03-11T02:29:59.999Z'],
      ['8.00', '2019-03-11T02:30:00.000Z'],
      ['16.00', '2019-03-12'],
    ] as const) {
      ids.push((await sale(amount, at)).body.transactionId);
    }
    expect((await ledger.get(`transactions/${ids[4]}`)).body['effectiveAt']).toBe('2019-03-12T02:30:00.000Z');
    expect(await revenue('from=2019-03-09&to=2019-03-12')).toEqual([
      { day: '2019-03-09', currency: 'USD', amount: '1.00' },
      { day: '2019-03-10', currency: 'USD', amount: '6.00' },
      { day: '2019-03-11', currency: 'USD', amount: '8.00' },
      { day: '2019-03-12', currency: 'USD', amount: '16.00' },
    ]);
    const list = await ledger.get<{ items: { id: string }[] }>('transactions?from=2019-03-10&to=2019-03-10');
    expect(list.body.items.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    const balance = (at: string) => ledger.get(`accounts/assets:clearing:zone:USD/balance?effectiveAt=${at}`);
    expect((await balance('2019-03-10')).body).toMatchObject({
      posted: '7.00',
      effectiveAt: '2019-03-11T02:29:59.999Z',
    });
    expect((await balance('2019-03-10T12:00:00Z')).body).toMatchObject({ posted: '3.00' });
    expect(
      (await ledger.get('accounts/assets:clearing:zone:USD/statement?from=2019-03-10&to=2019-03-10')).body,
    ).toMatchObject({ opening: '1.00', closing: '7.00', items: [{ amount: '2.00' }, { amount: '4.00' }] });
    expect(await ledger.text('export?format=hledger&from=2019-03-10&to=2019-03-10')).toMatch(
      /2019-03-10 \* \(opening\)[^]*2019-03-10 \* \([0-9a-f-]{36}\)[^]*2019-03-10 \* \(balances\)/,
    );
    const today = await app.get(FinanceReadService).revenueToday();
    expect(today).toEqual([]);
  });

  it('have what was written before summed up in it', async () => {
    expect(await revenue('from=2018-10-31&to=2018-11-01')).toEqual([
      { day: '2018-10-31', currency: 'USD', amount: '100.00' },
    ]);
    expect((await ledger.get('verify')).body).toMatchObject({ valid: true, problems: [] });
  });

  it('are written to by nobody who thinks they are of another', async () => {
    const other = ledger.at(utc);
    const { status } = await other.post('transactions/record', { amount: '1.00' });
    expect(status).toBe(500);
    expect((await other.get('verify')).body).toMatchObject({ valid: false });
    expect((await ledger.get('verify')).body).toMatchObject({ valid: true });
  });

  it('are closed at its midnight, and that is sealed', async () => {
    const { body, status } = await ledger.post<{ month: string; timeZone: string; transactionCount: number }>(
      'periods/2018-10/close',
    );
    expect([status, body.timeZone, body.transactionCount]).toEqual([200, ZONE, 1]);
    expect((await sale('1.00', '2018-11-01T02:29:59.999Z')).body.code).toBe('FINANCE.PERIOD_CLOSED');
    expect((await sale('1.00', '2018-11-01T02:30:00.000Z')).status).toBe(201);
    const held = journal(['debit revenue:other:USD 1.00', 'credit equity:adjustments:USD 1.00'], { state: 'pending' });
    expect((await ledger.post('transactions', { ...held, effectiveAt: '2018-10-31' })).status).toBe(409);
    expect((await ledger.get('verify')).body).toMatchObject({ valid: true });
    const text = await ledger.text('export?format=ndjson');
    expect((await verifyLedgerExport(Readable.from(text.trim().split('\n')))).problems).toEqual([]);
  });

  it.each(['UTC', 'Europe/Berlin'])('are not moved to %s any more', async (zone) => {
    await expect(startTestApp({ BOOKS_TIME_ZONE: zone }, utc)).rejects.toThrow(/BOOKS_TIME_ZONE.*America\/St_Johns/s);
  });

  it.each(['Mars/Olympus', '+02:00', 'local'])('are of a zone that exists, not of %s', async (zone) => {
    await expect(startTestApp({ BOOKS_TIME_ZONE: zone }, utc)).rejects.toThrow(/BOOKS_TIME_ZONE/);
  });
});
