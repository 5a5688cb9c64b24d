import { Database } from '#platform/database';
import { TransactionList } from './transaction-list.postgres.js';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';

interface Listed {
  id: string;
  type: string;
  state: string;
  channel: string | null;
  currency: string;
  orderId: string | null;
  customerId: string | null;
  effectiveAt: string;
  recordedAt: string;
  postings: { account: string }[];
}

/** Of each filter values that some have, that one has, and that nobody has. */
const FILTERS = {
  type: ['sale', 'transfer', 'purchase'],
  channel: ['online_store', 'b2b', 'wholesale'],
  state: ['posted', 'pending', 'captured', 'expired'],
  currency: ['USD', 'EUR', 'JPY'],
  account: ['assets:clearing:card:USD', 'revenue:sales:EUR', 'assets:a', 'assets:nothing'],
  customerId: ['ann', 'nobody'],
  orderId: ['order-3', 'nothing'],
  span: [
    '2024-02-02T00:00:00Z/2024-02-04T00:00:00Z',
    '2024-02-03T12:00:00Z/',
    '/2024-02-02T00:00:00Z',
    '2030-01-01T00:00:00Z/',
  ],
};
const queryOf = (name: string, value: string): string => {
  if (name !== 'span') return `${name}=${value}`;
  const [from, to] = value.split('/');
  return [from && `from=${from}`, to && `to=${to}`].filter(Boolean).join('&');
};
const matches = (item: Listed, name: string, value: string): boolean => {
  if (name === 'account') return item.postings.some(({ account }) => account === value);
  if (name !== 'span') return item[name as keyof Listed] === value;
  const [from, to] = value.split('/').map((text) => (text === '' ? undefined : Date.parse(text)));
  const at = Date.parse(item.effectiveAt);
  return (from === undefined || at >= from) && (to === undefined || at < to);
};

describe('lists of transactions', () => {
  let app: TestApp;
  let admin: string;

  const list = async (query: string, limit = 100): Promise<Listed[]> => {
    const items: Listed[] = [];
    for (let cursor = ''; ;) {
      const address = `/api/v1/finance/transactions?limit=${limit}&${query}${cursor}`;
      const { body } = await app.call<{ items: Listed[]; nextCursor: string | null }>('GET', address, { token: admin });
      items.push(...body.items);
      if (body.nextCursor === null) return items;
      cursor = `&cursor=${body.nextCursor}`;
    }
  };

  beforeAll(async () => {
    app = await startTestApp();
    admin = await app.tokenFor('ADMIN');
    const post = async (path: string, body: object): Promise<{ transactionId: string }> =>
      (await app.call<{ transactionId: string }>('POST', `/api/v1/finance/${path}`, { token: admin, body })).body;
    for (const code of ['assets:a', 'assets:b'])
      await post('accounts', { code, name: code, type: 'asset', currency: 'USD' });
    // Effective in another order than recorded, several at the same instant.
    const day = (n: number): string => `2024-02-0${1 + ((n * 3) % 5)}T00:00:00Z`;
    const sales = Array.from({ length: 24 }, (_, n) => ({
      type: 'sale',
      amount: '10.00',
      currency: n % 3 === 0 ? 'EUR' : 'USD',
      channel: n === 5 ? 'b2b' : n % 2 === 0 ? 'online_store' : 'marketplace',
      paymentMethod: 'card',
      orderId: `order-${n >> 1}`,
      ...(n % 4 === 0 ? { customerId: 'ann' } : {}),
      transactionDate: day(n),
    }));
    await post('transactions/batch', { transactions: sales });
    const leg = (account: string, direction: string) => ({ account, direction, amount: '1.00', currency: 'USD' });
    for (let n = 0; n < 6; n++) {
      const { transactionId } = await post('transactions', {
        description: 'hold',
        postings: [leg('assets:a', 'debit'), leg('assets:b', 'credit')],
        effectiveAt: day(n),
        ...(n < 4 ? { state: 'pending' } : {}),
      });
      if (n < 2) await post(`transactions/${transactionId}/${n === 0 ? 'capture' : 'void'}`, {});
    }
    await post('transactions/record', {
      type: 'transfer',
      amount: '1.00',
      fromAccount: 'assets:a',
      toAccount: 'assets:b',
    });
  });
  afterAll(() => app.close());

  it('shows with every filter, and with every two of them, what they let through, page by page and in order', async () => {
    const all = await list('');
    expect(all.length).toBeGreaterThan(30);
    const single = Object.entries(FILTERS).flatMap(([name, values]) => values.map((value) => ({ name, value })));
    const pairs = single.flatMap((one, index) =>
      single.slice(index + 1).flatMap((other) => (other.name === one.name ? [] : [[one, other]])),
    );
    const wrong: string[] = [];
    for (const filters of [...single.map((one) => [one]), ...pairs]) {
      const query = filters.map(({ name, value }) => queryOf(name, value)).join('&');
      const time = filters.some(({ name }) => name === 'span') ? 'effectiveAt' : 'recordedAt';
      const expected = all
        .filter((item) => filters.every(({ name, value }) => matches(item, name, value)))
        .sort((a, b) => b[time].localeCompare(a[time]) || b.id.localeCompare(a.id))
        .map(({ id }) => id);
      const found = (await list(query, 2)).map(({ id }) => id);
      if (JSON.stringify(found) !== JSON.stringify(expected))
        wrong.push(`${query}: ${found.length} of ${expected.length}`);
    }
    expect(wrong).toEqual([]);
  });

  it('shows what an earlier version wrote, whose kind is not known', async () => {
    const database = app.get(Database);
    const all = await list('type=sale&channel=online_store');
    for (const table of ['finance_transaction', 'finance_entry']) {
      await database.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
      await database.query(`UPDATE ${table} SET kind = 0`);
      await database.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    }
    const ids = async (query: string) => (await list(query, 2)).map(({ id }) => id);
    expect(await ids('type=sale&channel=online_store')).toEqual(all.map(({ id }) => id));
    expect(await ids('account=assets:a&type=transfer')).toHaveLength(1);
  });

  it.each([
    [{ type: 'sale' }, 'finance_transaction_kind_recorded'],
    [{ type: 'sale', state: 'posted', currency: 'USD', channel: 'b2b' }, 'finance_transaction_kind_recorded'],
    [{ from: new Date(0), channel: 'b2b' }, 'finance_transaction_kind_effective'],
    [{ customerId: 'ann', state: 'posted' }, 'finance_transaction_customer_kind'],
    [{ account: 'assets:a', type: 'sale' }, 'finance_entry_kind'],
    [{ account: 'assets:a', state: 'captured' }, 'finance_hold_kind'],
    [{ account: 'assets:a', from: new Date(0) }, 'finance_entry_effective_version'],
  ])('reads a page of %p through one index, and no further than the page', async (filter, index) => {
    const { text, values } = new TransactionList(filter, 20).statement(false);
    const rows = await app.get(Database).transaction(async (tx) => {
      await tx.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off');
      return tx.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
    });
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain(`Backward using ${index}`);
  });
});
