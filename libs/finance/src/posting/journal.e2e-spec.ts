import { randomUUID } from 'node:crypto';
import { Database } from '#platform/database';
import { PendingExpiryJob } from './pending-expiry.job.js';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';
import { FinanceClient, journal, type Recorded } from '../../../../test/e2e/finance/finance-client.js';

describe('the accounting door', () => {
  let app: TestApp;
  let replica: TestApp;
  let ledger: FinanceClient;

  beforeAll(async () => {
    app = await startTestApp();
    replica = await startTestApp({}, app);
    ledger = await FinanceClient.of(app);
    for (const code of ['assets:cash', 'assets:bank', 'assets:card', 'expenses:fees']) {
      await ledger.account(code, code.startsWith('expenses') ? { type: 'expense' } : {});
    }
    await ledger.account('assets:yen', { currency: 'JPY' });
    for (const currency of ['USD', 'JPY']) {
      await ledger.account(`equity:conversion:${currency}`, { type: 'equity', currency });
    }
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });

  const states = async (id: string): Promise<unknown> => (await ledger.get(`transactions/${id}`)).body['state'];

  it('posts any legs that balance in every currency', async () => {
    const exchange = await ledger.post(
      'transactions',
      journal(
        [
          'credit assets:cash 10.00',
          'debit equity:conversion:USD 9.50',
          'debit expenses:fees 0.50',
          'credit equity:conversion:JPY 1555 JPY',
          'debit assets:yen 1555 JPY',
        ],
        { effectiveAt: '2026-03-01T00:00:00Z', metadata: { rate: '163.7' } },
      ),
    );
    expect(exchange.status).toBe(201);
    expect(exchange.body).toMatchObject({ type: 'journal', amount: '10.00', status: 'posted' });
    const { body } = await ledger.get(`transactions/${exchange.body.transactionId}`);
    expect(body).toMatchObject({
      description: 'test',
      effectiveAt: '2026-03-01T00:00:00.000Z',
      details: { metadata: { rate: '163.7' } },
    });
    expect((await ledger.balance('assets:yen')).posted).toBe('1555');
  });

  it('says by how much debits and credits differ, and in which currency', async () => {
    const { status, body } = await ledger.post(
      'transactions',
      journal(['debit assets:cash 1.00', 'credit assets:bank 1.00', 'debit assets:yen 5 JPY']),
    );
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: 'FINANCE.UNBALANCED_TRANSACTION',
      details: { currency: 'JPY', debits: '5', credits: '0', difference: '5' },
    });
  });

  it.each([
    [['debit assets:cash 1.00', 'credit assets:nowhere 1.00'], {}, 'FINANCE.UNKNOWN_ACCOUNT'],
    [['debit assets:cash 1 JPY', 'credit assets:yen 1 JPY'], {}, 'FINANCE.CURRENCY_MISMATCH'],
    [['debit assets:cash 0.00', 'credit assets:bank 0.00'], {}, 'FINANCE.INVALID_TRANSACTION'],
    [['debit assets:cash 1.00', 'credit assets:bank 1.00'], { expiresAt: '2099-01-01' }, 'FINANCE.INVALID_TRANSACTION'],
    [
      ['debit assets:cash 1.00', 'credit assets:bank 1.00'],
      { state: 'pending', expiresAt: '2020-01-01' },
      'FINANCE.INVALID_TRANSACTION',
    ],
    [['debit assets:cash 1.00'], {}, 'VALIDATION.FAILED'],
    [['debit assets:cash 1.00', 'credit assets:bank 1.00'], { state: 'voided' }, 'VALIDATION.FAILED'],
  ])('refuses %j %j', async (legs, more, code) => {
    const { status, body } = await ledger.post('transactions', journal(legs, more));
    expect({ status, code: body.code }).toEqual({ status: 422, code });
  });

  it('goes the whole way in a dry run and leaves nothing, not even a used key or a new account', async () => {
    const key = randomUUID();
    const legs = ['debit assets:clearing:dry:USD 3.00', 'credit revenue:other:USD 3.00'];
    const dry = await ledger.post('transactions?dryRun=true', journal(legs), key);
    expect(dry.status).toBe(200);
    expect(dry.body.balances).toContainEqual({ account: 'assets:clearing:dry:USD', currency: 'USD', balance: '3.00' });
    expect((await ledger.get(`transactions/${dry.body.transactionId}`)).status).toBe(404);
    expect((await ledger.get('accounts/assets:clearing:dry:USD')).status).toBe(404);
    const other = await ledger.post('transactions', journal(legs, { description: 'another request' }), key);
    expect(other.status).toBe(201);
    const refused = await ledger.post('transactions/record?dryRun=true', {
      type: 'transfer',
      amount: '1.00',
      fromAccount: 'assets:cash',
      toAccount: 'assets:nowhere',
    });
    expect(refused.body.code).toBe('FINANCE.UNKNOWN_ACCOUNT');
    const reversal = await ledger.post(`transactions/${other.body.transactionId}/reverse?dryRun=true`, {});
    expect([reversal.status, await states(other.body.transactionId)]).toEqual([200, 'posted']);
    expect((await ledger.balance('assets:clearing:dry:USD')).posted).toBe('3.00');
  });

  describe('holding', () => {
    const hold = (amount: string, more: object = {}, to = 'assets:shop', from = 'assets:wallet') =>
      ledger.post(
        'transactions',
        journal([`debit ${to} ${amount}`, `credit ${from} ${amount}`], { state: 'pending', ...more }),
      );

    beforeAll(async () => {
      await ledger.account('assets:wallet', { minBalance: '0.00' });
      await ledger.account('assets:shop', { maxBalance: '1000.00' });
      await ledger.post('transactions', journal(['debit assets:wallet 100.00', 'credit assets:bank 100.00']));
    });

    it('takes from what is available and not from what is posted, until it is captured', async () => {
      const held = await hold('60.00');
      expect(held.body.status).toBe('pending');
      expect(await ledger.balance('assets:wallet')).toEqual({
        posted: '100.00',
        pending: '-60.00',
        available: '40.00',
      });
      expect(await ledger.balance('assets:shop')).toEqual({ posted: '0.00', pending: '60.00', available: '0.00' });
      expect((await hold('40.01')).body.code).toBe('FINANCE.LIMIT_EXCEEDED');
      const captured = await ledger.post(`transactions/${held.body.transactionId}/capture`, { amount: '25.00' });
      expect(captured.status).toBe(201);
      expect(captured.body).toMatchObject({ status: 'posted', amount: '25.00' });
      expect(await states(held.body.transactionId)).toBe('captured');
      expect(await ledger.balance('assets:wallet')).toEqual({ posted: '75.00', pending: '0.00', available: '75.00' });
      const again = await ledger.post(`transactions/${held.body.transactionId}/capture`, {});
      expect(again.body).toMatchObject({ code: 'FINANCE.NOT_PENDING', details: { state: 'captured' } });
      const { body } = await ledger.get(`transactions/${captured.body.transactionId}`);
      expect(body['originalTransactionId']).toBe(held.body.transactionId);
      expect((await ledger.post(`transactions/${held.body.transactionId}/reverse`, {})).status).toBe(409);
      expect((await ledger.post(`transactions/${captured.body.transactionId}/reverse`, {})).status).toBe(201);
    });

    it('is let go when voided', async () => {
      const held = await hold('70.00');
      const voided = await ledger.post(`transactions/${held.body.transactionId}/void`);
      expect(voided.body).toMatchObject({ status: 'voided', transactionId: held.body.transactionId });
      expect(await ledger.balance('assets:wallet')).toEqual({ posted: '100.00', pending: '0.00', available: '100.00' });
      expect((await ledger.post(`transactions/${held.body.transactionId}/capture`, {})).status).toBe(409);
    });

    it('ends at its time: with the next posting, and by itself when there is none', async () => {
      const expiresAt = (): string => new Date(Date.now() + 150).toISOString();
      const first = await hold('100.00', { expiresAt: expiresAt() });
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect((await ledger.post(`transactions/${first.body.transactionId}/capture`, {})).body.code).toBe(
        'FINANCE.NOT_PENDING',
      );
      expect(await states(first.body.transactionId)).toBe('expired');
      const second = await hold('100.00', { expiresAt: expiresAt() });
      expect(second.status).toBe(201);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await app.get(PendingExpiryJob).expire();
      expect(await states(second.body.transactionId)).toBe('expired');
      expect((await ledger.balance('assets:wallet')).available).toBe('100.00');
    });

    it('splits a partial capture over the legs so that nothing is lost', async () => {
      const held = await ledger.post(
        'transactions',
        journal(
          [
            'credit assets:cash 10.00',
            'debit expenses:fees 3.33',
            'debit assets:bank 3.33',
            'debit assets:card 3.34',
            'credit equity:conversion:JPY 7 JPY',
            'debit assets:yen 7 JPY',
          ],
          { state: 'pending' },
        ),
      );
      const { body } = await ledger.post(`transactions/${held.body.transactionId}/capture`, { amount: '0.05' });
      expect(body.postings.map(({ account, amount }) => `${account} ${amount}`)).toEqual([
        'assets:cash 0.05',
        'expenses:fees 0.02',
        'assets:bank 0.01',
        'assets:card 0.02',
      ]);
      expect((await ledger.balance('assets:yen')).pending).toBe('0');
      const more = await hold('5.00');
      const exceeds = await ledger.post(`transactions/${more.body.transactionId}/capture`, { amount: '5.01' });
      expect(exceeds.body.code).toBe('FINANCE.CAPTURE_EXCEEDS_PENDING');
      await ledger.post(`transactions/${more.body.transactionId}/void`);
    });

    it('counts against limits exactly when both replicas hold, capture and void at once', async () => {
      const { available } = await ledger.balance('assets:wallet');
      expect(available).toBe('100.00');
      const other = ledger.at(replica);
      const body = journal(['debit assets:shop 1.00', 'credit assets:wallet 1.00'], { state: 'pending' });
      const answers = await Promise.all(
        Array.from({ length: 150 }, (_, index) => (index % 2 ? ledger : other).post('transactions', body)),
      );
      const held = answers.filter(({ status }) => status === 201);
      expect(held.length).toBe(100);
      expect(await ledger.balance('assets:wallet')).toEqual({
        posted: '100.00',
        pending: '-100.00',
        available: '0.00',
      });
      const ends = await Promise.all(
        held.flatMap(({ body: { transactionId } }) => [
          ledger.post(`transactions/${transactionId}/capture`, {}),
          other.post(`transactions/${transactionId}/void`),
        ]),
      );
      expect(ends.filter(({ status }) => status === 201).length).toBe(100);
      expect(ends.filter(({ status }) => status === 409).length).toBe(100);
      const captured = ends.filter(({ body }) => body.status === 'posted').length;
      const left = `${100 - captured}.00`;
      expect(await ledger.balance('assets:wallet')).toEqual({ posted: left, pending: '0.00', available: left });
    });

    it('is found by state and account', async () => {
      await ledger.post('transactions', journal(['debit assets:wallet 1.00', 'credit assets:bank 1.00']));
      const held = await hold('0.01');
      const { body } = await ledger.get<{ items: Recorded[] }>('transactions?account=assets:wallet&state=pending');
      expect(body.items).toEqual([expect.objectContaining({ id: held.body.transactionId, state: 'pending' })]);
      const all = await ledger.get<{ items: { id: string }[] }>('transactions?account=assets:wallet&limit=1');
      expect(all.body.items[0]?.id).toBe(held.body.transactionId);
    });
  });

  it('holds what it says in the end: balances, holds and sums by day are those of the transactions', async () => {
    const database = app.get(Database);
    const wrong = await database.query(
      `SELECT b.account_id FROM finance_balance b
       LEFT JOIN (SELECT account_id, sum(amount) AS net, count(*) AS n FROM finance_entry GROUP BY 1) e USING (account_id)
       LEFT JOIN (SELECT account_id, sum(greatest(h.amount, 0)) AS debits, sum(greatest(-h.amount, 0)) AS credits
         FROM finance_hold h JOIN finance_transaction t ON t.id = h.transaction_id WHERE t.state = 'pending' GROUP BY 1) h USING (account_id)
       LEFT JOIN (SELECT account_id, sum(debits - credits) AS net FROM finance_daily GROUP BY 1) d USING (account_id)
       WHERE b.net <> coalesce(e.net, 0) OR b.version <> coalesce(e.n, 0) OR b.net <> coalesce(d.net, 0)
         OR b.held_debits <> coalesce(h.debits, 0) OR b.held_credits <> coalesce(h.credits, 0)`,
    );
    expect(wrong).toEqual([]);
  });
});
