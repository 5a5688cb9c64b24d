import { Readable } from 'node:stream';
import { verifyLedgerExport } from '#finance';
import { Database } from '#platform/database';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { FinanceClient, journal } from './finance-client.js';

interface Account {
  code: string;
  name: string;
  closed: boolean;
}

interface Entry {
  transactionId: string;
  amount: string;
  balanceAfter: string;
  effectiveAt: string;
  recordedAt: string;
}

interface Statement {
  opening: string;
  closing: string;
  from: string;
  to: string;
  items: Entry[];
  nextCursor: string | null;
}

describe('accounts', () => {
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

  const one = async (code: string): Promise<Account> => (await ledger.get<Account>(`accounts/${code}`)).body;
  const move = (from: string, to: string, amount: string, more: object = {}, on = ledger) =>
    on.post('transactions', journal([`debit ${to} ${amount}`, `credit ${from} ${amount}`], more));

  describe('in a list', () => {
    const list = async (query: string): Promise<string[]> => {
      const codes: string[] = [];
      for (let cursor = ''; ;) {
        const { body } = await ledger.get<{ items: Account[]; nextCursor: string | null }>(
          `accounts?limit=2&${query}${cursor}`,
        );
        codes.push(...body.items.map(({ code }) => code));
        if (body.nextCursor === null) return codes;
        cursor = `&cursor=${body.nextCursor}`;
      }
    };

    beforeAll(async () => {
      await ledger.account('assets:list:a', { name: 'Bank of 100%' });
      await ledger.account('assets:list:b', { name: 'BANK_one', currency: 'EUR' });
      await ledger.account('assets:list:c', { name: 'Kasse' });
      await ledger.account('liabilities:list', { name: 'bank loan', type: 'liability' });
      await ledger.patch('accounts/assets:list:c', { name: 'Savings bank', closed: true });
    });

    it.each([
      ['type=liability', ['liabilities:list']],
      ['currency=EUR', ['assets:list:b']],
      ['prefix=assets:list:', ['assets:list:a', 'assets:list:b', 'assets:list:c']],
      ['prefix=assets_', []],
      ['text=bank', ['assets:list:a', 'assets:list:b', 'assets:list:c', 'liabilities:list']],
      ['text=%25', ['assets:list:a']],
      ['text=_', ['assets:list:b']],
      ['text=LIST:B', ['assets:list:b']],
      ['text=kasse', []],
      ['closed=true', ['assets:list:c']],
      ['closed=false&prefix=assets:list', ['assets:list:a', 'assets:list:b']],
      ['type=asset&currency=USD&text=bank&prefix=assets:list', ['assets:list:a', 'assets:list:c']],
    ])('are those of %s', async (query, expected) => expect(await list(query)).toEqual(expected));

    it.each(['type=odd', 'currency=usd', 'closed=1', `text=${'x'.repeat(201)}`])('refuse %s', async (query) => {
      expect((await ledger.get(`accounts?${query}`)).status).toBe(422);
    });
  });

  it('are renamed and closed, which is sealed, and nothing is posted to a closed one', async () => {
    for (const code of ['assets:old', 'assets:other']) await ledger.account(code);
    await move('assets:other', 'assets:old', '5.00');
    expect((await ledger.patch('accounts/assets:old', { closed: true })).body).toMatchObject({
      status: 409,
      code: 'FINANCE.ACCOUNT_NOT_CLOSABLE',
      details: { balance: '5.00' },
    });
    await move('assets:old', 'assets:other', '5.00');
    const held = await move('assets:old', 'assets:other', '1.00', { state: 'pending' });
    expect((await ledger.patch('accounts/assets:old', { closed: true })).status).toBe(409);
    await ledger.post(`transactions/${held.body.transactionId}/void`);
    const closed = await ledger.patch<Account>('accounts/assets:old', { closed: true, name: 'Old one' });
    expect(closed.body).toMatchObject({ code: 'assets:old', name: 'Old one', closed: true });
    expect(await one('assets:old')).toMatchObject({ name: 'Old one', closed: true });
    expect((await move('assets:other', 'assets:old', '1.00')).body).toMatchObject({
      status: 409,
      code: 'FINANCE.ACCOUNT_CLOSED',
    });
    expect((await move('assets:other', 'assets:old', '1.00', { state: 'pending' })).status).toBe(409);
    const trial = await ledger.get<{ accounts: { account: string; name: string }[] }>('reports/trial-balance');
    expect(trial.body.accounts.find(({ account }) => account === 'assets:old')?.name).toBe('Old one');
    expect((await ledger.patch('accounts/assets:old', { closed: false })).body).toMatchObject({ closed: false });
    expect((await move('assets:other', 'assets:old', '1.00')).status).toBe(201);
    // What changes nothing makes no block.
    const blocks = (await ledger.get('verify')).body['blocks'];
    expect((await ledger.patch('accounts/assets:old', { closed: false, name: 'Old one' })).status).toBe(200);
    expect((await ledger.patch('accounts/assets:old', {})).status).toBe(200);
    expect((await ledger.get('verify')).body).toMatchObject({ valid: true, blocks });
    const text = await ledger.text('export?format=ndjson');
    expect((await verifyLedgerExport(Readable.from(text.trim().split('\n')))).problems).toEqual([]);
    expect((await ledger.patch('accounts/assets:none', { name: 'x' })).status).toBe(404);
    expect((await ledger.patch('accounts/assets:old', { name: '' })).status).toBe(422);
    expect((await ledger.patch('accounts/assets:old', { code: 'x' })).status).toBe(422);
    const token = await app.tokenFor('API_USER');
    const forbidden = await app.call('PATCH', '/api/v1/finance/accounts/assets:old', { token, body: { name: 'x' } });
    expect(forbidden.status).toBe(403);
  });

  it('are closed exactly: what was answered before is in them, and nothing comes after, on both replicas', async () => {
    await ledger.account('assets:race');
    const other = ledger.at(replica);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const on = index % 2 ? ledger : other;
        if (index % 10 === 5) return on.patch('accounts/assets:race', { closed: true });
        return on.post(
          'transactions',
          journal([
            'debit assets:race 1.00',
            'credit assets:race 1.00',
            'debit assets:other 1.00',
            'credit assets:old 1.00',
          ]),
        );
      }),
    );
    expect(answers.every(({ status, body }) => status < 300 || body.code === 'FINANCE.ACCOUNT_CLOSED')).toBe(true);
    expect((await one('assets:race')).closed).toBe(true);
    expect((await ledger.get('verify')).body).toMatchObject({ valid: true });
  });

  it.each(['finance_account_change SET name = name', 'finance_account SET name = name'])(
    'are guarded by the database against UPDATE %s',
    async (sql) => {
      await expect(app.get(Database).query(`UPDATE ${sql}`)).rejects.toThrow(/never changed/);
    },
  );

  describe('have a statement', () => {
    const days = ['2019-03-31', '2019-04-01', '2019-04-02', '2019-04-30', '2019-05-01'];
    let entries: Entry[] = [];

    beforeAll(async () => {
      await ledger.account('assets:stated');
      await ledger.account('liabilities:stated', { type: 'liability' });
      // In no order, several at one time.
      for (const index of [3, 1, 4, 0, 2, 1, 3, 2, 0, 4, 1, 1, 2, 3]) {
        const amount = `${1 + index * 3}.0${index}`;
        const effectiveAt = `${days[index]}T${index % 2 ? '00:00:00.000' : '23:59:59.999'}Z`;
        await move('liabilities:stated', 'assets:stated', amount, { effectiveAt });
      }
      const { body } = await ledger.get<{ items: Entry[] }>('accounts/assets:stated/entries?limit=100');
      entries = body.items.reverse();
    });

    const cents = (text: string): number => Math.round(Number(text) * 100);
    const pages = async (code: string, query: string, limit: number): Promise<Statement[]> => {
      const all: Statement[] = [];
      for (let cursor = ''; ;) {
        const { status, body } = await ledger.get<Statement>(
          `accounts/${code}/statement?${query}&limit=${limit}${cursor}`,
        );
        expect(status).toBe(200);
        all.push(body);
        if (body.nextCursor === null) return all;
        cursor = `&cursor=${body.nextCursor}`;
      }
    };

    it.each([
      ['2019-04-01', '2019-04-30'],
      ['2019-04-02', '2019-04-02'],
      ['2019-03-01', '2019-12-31'],
      ['2019-06-01', '2019-06-30'],
    ])('by effective day from %s to %s that adds up, page by page', async (from, to) => {
      const sum = (before: string): number =>
        entries.filter((entry) => entry.effectiveAt < before).reduce((all, { amount }) => all + cents(amount), 0);
      const after = new Date(Date.parse(to) + 86_400_000).toISOString();
      for (const limit of [2, 3, 100]) {
        const all = await pages('assets:stated', `from=${from}&to=${to}`, limit);
        const items = all.flatMap((page) => page.items);
        for (const { opening, closing } of all)
          expect([cents(opening), cents(closing)]).toEqual([sum(from), sum(after)]);
        let balance = sum(from);
        for (const item of items) expect(cents(item.balanceAfter)).toBe((balance += cents(item.amount)));
        expect(balance).toBe(sum(after));
        expect(items.map(({ effectiveAt }) => effectiveAt)).toEqual(
          entries
            .map(({ effectiveAt }) => effectiveAt)
            .filter((at) => at >= from && at < after)
            .sort(),
        );
      }
    });

    it('by the day of recording, in the account’s normal sign', async () => {
      const today = new Date().toISOString().slice(0, 10);
      const query = `basis=recorded&from=${today}&to=${today}`;
      const all = await pages('liabilities:stated', query, 4);
      const total = entries.reduce((sum, { amount }) => sum + cents(amount), 0);
      expect([cents(all[0]?.opening ?? ''), cents(all[0]?.closing ?? '')]).toEqual([0, total]);
      expect(all.flatMap(({ items }) => items.map(({ transactionId }) => transactionId))).toEqual(
        entries.map(({ transactionId }) => transactionId),
      );
      const [before] = await pages('liabilities:stated', 'basis=recorded&from=2019-01-01&to=2019-12-31', 4);
      expect(before).toMatchObject({ opening: '0.00', closing: '0.00', items: [] });
    });

    it('of a month, or of the current one', async () => {
      expect((await pages('assets:stated', 'period=2019-04', 100))[0]).toMatchObject({
        from: '2019-04-01',
        to: '2019-04-30',
      });
      const today = new Date().toISOString().slice(0, 10);
      expect((await pages('assets:stated', '', 100))[0]).toMatchObject({ from: `${today.slice(0, 7)}-01`, to: today });
    });

    it.each([
      ['accounts/assets:none/statement', 404],
      ['accounts/assets:stated/statement?basis=odd', 422],
      ['accounts/assets:stated/statement?from=2019-02-30', 422],
      ['accounts/assets:stated/statement?period=2019-04&to=2019-04-01', 422],
      ['accounts/assets:stated/statement?cursor=x', 400],
    ])('unless it is asked for in vain: %s', async (route, status) => {
      expect((await ledger.get(route)).status).toBe(status);
    });
  });
});
