import { randomUUID } from 'node:crypto';
import { Database } from '#platform/database';
import { type Answer, startTestApp, type TestApp } from '../../support/test-app.js';

interface Recorded {
  transactionId: string;
  postings: { account: string; direction: string; amount: string }[];
  balances: { account: string; balance: string }[];
  code: string;
}

describe('ledger', () => {
  let app: TestApp;
  let replica: TestApp;
  let admin: string;

  beforeAll(async () => {
    app = await startTestApp();
    replica = await startTestApp({}, app);
    admin = await app.tokenFor('ADMIN');
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });

  const record = (body: object, key?: string, on: TestApp = app): Promise<Answer<Recorded>> =>
    on.call<Recorded>('POST', '/api/v1/finance/transactions/record', {
      token: admin,
      body,
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });
  const balance = async (code: string): Promise<string> => {
    const { body } = await app.call<{ posted: string }>('GET', `/api/v1/finance/accounts/${code}/balance`, {
      token: admin,
    });
    return body.posted;
  };
  const makeAccount = (account: object) =>
    app.call('POST', '/api/v1/finance/accounts', { token: admin, body: account });
  const transfer = (from: string, to: string, amount: string, on: TestApp = app) =>
    record({ type: 'transfer', amount, currency: 'USD', fromAccount: from, toAccount: to }, undefined, on);
  const legs = ({ body }: Answer<Recorded>): string[] =>
    body.postings.map(({ direction, account, amount }) => `${direction} ${account} ${amount}`);

  it('posts each business type as the table of rules says', async () => {
    const parts = {
      amount: '21.00',
      subtotal: '20.00',
      taxAmount: '2.00',
      shippingAmount: '1.00',
      discountAmount: '2.00',
    };
    expect(legs(await record({ type: 'sale', ...parts, paymentMethod: 'Gift Card' }))).toEqual([
      'debit assets:clearing:gift_card:USD 21.00',
      'debit expenses:discounts:USD 2.00',
      'credit revenue:sales:USD 20.00',
      'credit liabilities:tax:USD 2.00',
      'credit revenue:shipping:USD 1.00',
    ]);
    const cash = { amount: '10.00', taxAmount: '1.00', paymentMethod: 'cash' };
    expect(legs(await record({ type: 'purchase', ...cash }))).toEqual([
      'debit assets:inventory:USD 9.00',
      'debit liabilities:tax:USD 1.00',
      'credit assets:clearing:cash:USD 10.00',
    ]);
    expect(legs(await record({ type: 'expense', ...cash }))).toContain('debit expenses:operating:USD 9.00');
    expect(legs(await record({ type: 'revenue', ...cash }))).toContain('credit revenue:other:USD 9.00');
    expect(legs(await record({ type: 'refund', ...cash }))).toContain('debit expenses:refunds:USD 9.00');
    expect(legs(await record({ type: 'adjustment', amount: '3.00', direction: 'decrease' }))).toEqual([
      'credit assets:clearing:unspecified:USD 3.00',
      'debit equity:adjustments:USD 3.00',
    ]);
  });

  it('answers in the documented shape, and finds the transaction again', async () => {
    const made = await record({ amount: '5.00', orderId: 'ORDER-7', metadata: { campaign: 'spring' } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ success: true, type: 'sale', amount: '5.00', currency: 'USD', status: 'posted' });
    expect(made.headers.get('idempotency-key')).toMatch(/^[0-9a-f-]{36}$/);
    const token = await app.tokenFor('API_USER');
    const one = await app.call('GET', `/api/v1/finance/transactions/${made.body.transactionId}`, { token });
    expect(one.body).toMatchObject({
      id: made.body.transactionId,
      orderId: 'ORDER-7',
      details: { metadata: { campaign: 'spring' } },
    });
    const list = await app.call<{ items: object[] }>('GET', '/api/v1/finance/transactions?orderId=ORDER-7', { token });
    expect(list.body.items.length).toBe(1);
  });

  it.each([
    ['0.001', 'USD'],
    ['1.5', 'JPY'],
    ['1e5', 'USD'],
    [0, 'USD'],
    ['-1', 'USD'],
    ['9'.repeat(25), 'USD'],
    [true, 'USD'],
    [{ a: 1 }, 'USD'],
    ['1', 'XYZ'],
  ])('refuses the amount %j %s', async (amount, currency) => {
    expect((await record({ amount, currency })).status).toBe(422);
  });

  it('posts once under one key, however many ask on both replicas at once', async () => {
    const key = randomUUID();
    const body = { amount: '7.77', paymentMethod: 'once' };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => record(body, key, index % 2 ? app : replica)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(201));
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true').length).toBe(49);
    expect(await balance('assets:clearing:once:USD')).toBe('7.77');
  });

  it('names the fields in which a request under a used key differs', async () => {
    const key = randomUUID();
    await record({ amount: '1.00', orderId: 'a' }, key);
    const other = await record({ amount: '2.00', orderId: 'a' }, key);
    expect(other.status).toBe(422);
    expect(other.body).toMatchObject({
      code: 'FINANCE.IDEMPOTENCY_CONFLICT',
      details: { differingFields: ['amount'] },
    });
  });

  it('replays refusals too', async () => {
    const key = randomUUID();
    const body = { type: 'transfer', amount: '1.00', fromAccount: 'assets:nowhere', toAccount: 'assets:elsewhere' };
    const [first, second] = [await record(body, key), await record(body, key)];
    expect([first.status, second.status]).toEqual([422, 422]);
    expect(second.body.code).toBe('FINANCE.UNKNOWN_ACCOUNT');
    expect([first, second].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true']);
  });

  it('never gives back more than was taken, under parallel refunds on both replicas', async () => {
    const sale = await record({ amount: '10.00', subtotal: '9.01', taxAmount: '0.99' });
    const refund = { type: 'refund', amount: '1.00', originalTransactionId: sale.body.transactionId };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => record(refund, undefined, index % 2 ? app : replica)),
    );
    expect(answers.filter(({ status }) => status === 201).length).toBe(10);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused.map(({ body }) => body.code)).toEqual(Array(10).fill('FINANCE.REFUND_EXCEEDS_ORIGINAL'));
  });

  it('lets exactly as many of 200 parallel postings through as a limit allows', async () => {
    await makeAccount({ code: 'assets:limited', name: 'Limited', type: 'asset', currency: 'USD', maxBalance: '50.00' });
    await makeAccount({ code: 'assets:source', name: 'Source', type: 'asset', currency: 'USD' });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        transfer('assets:source', 'assets:limited', '1.00', index % 2 ? app : replica),
      ),
    );
    expect(answers.filter(({ status }) => status === 201).length).toBe(50);
    expect(answers.filter(({ body }) => body.code === 'FINANCE.LIMIT_EXCEEDED').length).toBe(150);
    expect(await balance('assets:limited')).toBe('50.00');
    expect(await balance('assets:source')).toBe('-50.00');
  });

  it('takes from the sender, whatever side his balance grows on', async () => {
    for (const code of ['liabilities:wallet:a', 'liabilities:wallet:b']) {
      await makeAccount({ code, name: code, type: 'liability', currency: 'USD' });
    }
    await transfer('liabilities:wallet:a', 'liabilities:wallet:b', '3.00');
    expect([await balance('liabilities:wallet:a'), await balance('liabilities:wallet:b')]).toEqual(['-3.00', '3.00']);
  });

  it('takes a transaction back once', async () => {
    const sale = await record({ amount: '4.00', paymentMethod: 'reversed' });
    const reverse = () =>
      app.call<Recorded>('POST', `/api/v1/finance/transactions/${sale.body.transactionId}/reverse`, {
        token: admin,
        body: {},
      });
    const answers = await Promise.all(Array.from({ length: 5 }, reverse));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    expect(await balance('assets:clearing:reversed:USD')).toBe('0.00');
    const refund = await record({ type: 'refund', amount: '1.00', originalTransactionId: sale.body.transactionId });
    expect(refund.body).toMatchObject({ status: 409, code: 'FINANCE.ORIGINAL_REVERSED' });
  });

  it('knows a balance as of any two times', async () => {
    await record({ amount: '1.00', paymentMethod: 'times', transactionDate: '2026-01-01T00:00:00Z' });
    const between = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await record({ amount: '2.00', paymentMethod: 'times', transactionDate: '2026-02-01T00:00:00Z' });
    const at = async (query: string): Promise<string> =>
      (
        await app.call<{ posted: string }>(
          'GET',
          `/api/v1/finance/accounts/assets:clearing:times:USD/balance?${query}`,
          { token: admin },
        )
      ).body.posted;
    expect(await at('')).toBe('3.00');
    expect(await at('effectiveAt=2026-01-15T00:00:00Z')).toBe('1.00');
    expect(await at(`knownAt=${between}`)).toBe('1.00');
    expect(await at(`effectiveAt=2025-12-31T00:00:00Z`)).toBe('0.00');
  });

  it('pages through accounts and statements', async () => {
    const pages = async (route: string): Promise<unknown[]> => {
      const items: unknown[] = [];
      for (let cursor = ''; ;) {
        const { body } = await app.call<{ items: unknown[]; nextCursor: string | null }>(
          'GET',
          `${route}?limit=3${cursor}`,
          { token: admin },
        );
        items.push(...body.items);
        if (body.nextCursor === null) return items;
        cursor = `&cursor=${body.nextCursor}`;
      }
    };
    const codes = (await pages('/api/v1/finance/accounts')) as { code: string }[];
    expect(codes.map(({ code }) => code)).toEqual([...new Set(codes.map(({ code }) => code))].sort());
    const entries = (await pages('/api/v1/finance/accounts/assets:limited/entries')) as { balanceAfter: string }[];
    expect(entries.length).toBe(50);
    expect(entries[0]?.balanceAfter).toBe('50.00');
  });

  it('refuses a write without a key where one is demanded', async () => {
    const strict = await startTestApp({ FINANCE_REQUIRE_IDEMPOTENCY_KEY: 'true' }, app);
    try {
      const answer = await record({ amount: '1.00' }, undefined, strict);
      expect(answer.body).toMatchObject({ status: 400, code: 'FINANCE.IDEMPOTENCY_KEY_REQUIRED' });
    } finally {
      await strict.close();
    }
  });

  it.each([
    'UPDATE finance_entry SET amount = 1',
    'DELETE FROM finance_entry',
    'TRUNCATE finance_entry',
    'UPDATE finance_transaction SET amount = 1',
    'DELETE FROM finance_transaction',
    'TRUNCATE finance_transaction',
    'DELETE FROM finance_request',
    'TRUNCATE finance_request',
    `UPDATE finance_request SET answer = '{}'`,
  ])('is guarded by the database against %s', async (sql) => {
    await expect(app.get(Database).query(sql)).rejects.toThrow(/never changed/);
  });

  it('does not balance without the database noticing', async () => {
    const leg = JSON.stringify([{ account: 'a', direction: 'debit', amount: '5', currency: 'USD' }]);
    const insert = app.get(Database).query(
      `INSERT INTO finance_transaction (id, type, state, amount, currency, postings, effective_at, recorded_at)
       VALUES (gen_random_uuid(), 'journal', 'posted', 5, 'USD', $1, now(), now())`,
      [leg],
    );
    await expect(insert).rejects.toThrow(/does not balance/);
  });

  it.each(['2026-W47', '2026-329', '2026-11-24T10Z', '2026-13-01', 'now', '+012026-01-01T00:00:00Z'])(
    'refuses the time %s everywhere',
    async (time) => {
      const query = encodeURIComponent(time);
      for (const route of [`transactions?from=${query}`, `accounts/assets:limited/balance?knownAt=${query}`]) {
        expect((await app.call('GET', `/api/v1/finance/${route}`, { token: admin })).status).toBe(422);
      }
      expect((await record({ amount: '1.00', transactionDate: time })).status).toBe(422);
    },
  );

  it('checks what a refund says of itself, and keeps standard accounts what they are', async () => {
    const sale = await record({ amount: '10.00' });
    const refund = { type: 'refund', amount: '5.00', originalTransactionId: sale.body.transactionId };
    expect((await record({ ...refund, subtotal: '4.00' })).body.code).toBe('FINANCE.PARTS_MISMATCH');
    expect((await record({ ...refund, fromAccount: 'assets:limited' })).status).toBe(422);
    const wrong = await makeAccount({ code: 'revenue:other:CHF', name: 'x', type: 'asset', currency: 'CHF' });
    expect(wrong.status).toBe(422);
  });

  it('takes a refund back, after which as much can be refunded again, to the last cent of each leg', async () => {
    const sale = await record({ amount: '10.00', subtotal: '9.01', taxAmount: '0.99', paymentMethod: 'again' });
    const refund = (amount: string) =>
      record({ type: 'refund', amount, originalTransactionId: sale.body.transactionId });
    const reverse = ({ body }: Answer<Recorded>) =>
      app.call<Recorded>('POST', `/api/v1/finance/transactions/${body.transactionId}/reverse`, { token: admin });
    const taxBefore = await balance('liabilities:tax:USD');
    const [first] = [await refund('3.33'), await refund('6.67')];
    expect((await refund('0.01')).body.code).toBe('FINANCE.REFUND_EXCEEDS_ORIGINAL');
    const answers = await Promise.all([reverse(first), reverse(first)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await refund('3.34')).status).toBe(409);
    expect((await refund('3.33')).status).toBe(201);
    expect(await balance('assets:clearing:again:USD')).toBe('0.00');
    expect(Number(taxBefore) - Number(await balance('liabilities:tax:USD'))).toBeCloseTo(0.99, 6);
  });

  it('records in the order of its commits, by the clock of the database, whichever replica posts', async () => {
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => record({ amount: '1.00' }, undefined, index % 2 ? app : replica)),
    );
    const backwards = await app.get(Database).query(
      `SELECT 1 FROM (SELECT recorded_at, lag(recorded_at) OVER (PARTITION BY account_id ORDER BY version) AS before FROM finance_entry) e
       WHERE recorded_at < before OR recorded_at <> date_trunc('milliseconds', recorded_at)`,
    );
    expect(backwards).toEqual([]);
  });

  it('lists by account, page by page', async () => {
    const list = async (query: string): Promise<string[]> => {
      const ids: string[] = [];
      for (let cursor = ''; ;) {
        const { body } = await app.call<{ items: { id: string }[]; nextCursor: string | null }>(
          'GET',
          `/api/v1/finance/transactions?limit=7&${query}${cursor}`,
          { token: admin },
        );
        ids.push(...body.items.map(({ id }) => id));
        if (body.nextCursor === null) return ids;
        cursor = `&cursor=${body.nextCursor}`;
      }
    };
    const ids = await list('account=assets:limited');
    expect([ids.length, new Set(ids).size]).toEqual([50, 50]);
    expect(ids).toEqual((await list('type=transfer')).filter((id) => ids.includes(id)));
    // Of a span of time: latest effective first, in whatever order they were recorded.
    const byDay: string[] = [];
    for (const day of [4, 9, 2, 7, 5, 3, 8, 1, 6]) {
      const { body } = await record({ amount: '1.00', transactionDate: `2021-05-0${day}T00:00:00Z` });
      byDay[9 - day] = body.transactionId;
    }
    expect(await list('from=2021-05-01T00:00:00Z&to=2021-05-10T00:00:00Z')).toEqual(byDay);
  });

  it('adds up in the end: all entries to nothing, every balance to its entries, every version without a gap', async () => {
    const [sum] = await app
      .get(Database)
      .query<{ net: string }>('SELECT coalesce(sum(amount), 0) AS net FROM finance_entry');
    expect(sum).toEqual({ net: '0' });
    const wrong = await app.get(Database).query(
      `SELECT b.account_id FROM finance_balance b LEFT JOIN finance_entry e USING (account_id)
       GROUP BY b.account_id, b.net, b.version
       HAVING b.net <> coalesce(sum(e.amount), 0) OR b.version <> count(e.version) OR b.version <> coalesce(max(e.version), 0)`,
    );
    expect(wrong).toEqual([]);
    const unanswered = await app.get(Database).query('SELECT 1 FROM finance_request WHERE answer IS NULL');
    expect(unanswered).toEqual([]);
  });
});
