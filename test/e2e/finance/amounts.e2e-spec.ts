import { startTestApp, type TestApp } from '../../support/test-app.js';
import { type Door, doorsOf } from './doors.js';
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

describe('amounts', () => {
  let app: TestApp;
  let ledger: FinanceClient;
  let doors: Record<'single' | 'batch' | 'import', Door>;

  beforeAll(async () => {
    app = await startTestApp();
    ledger = await FinanceClient.of(app);
    doors = doorsOf(app, ledger);
    for (const code of ['assets:cash', 'assets:bank']) await ledger.account(code);
    for (const code of ['assets:cash:KWD', 'assets:bank:KWD']) await ledger.account(code, { currency: 'KWD' });
  });
  afterAll(() => app.close());

  const found = async (id: string | undefined): Promise<Details> =>
    (await ledger.get<Details>(`transactions/${id}`)).body;
  const record = (body: object) => ledger.post('transactions/record', body);
  const legsOf = (body: Pick<Recorded, 'postings'>): string[] =>
    body.postings.map(({ direction, account, amount }) => `${direction} ${account} ${amount}`);
  const DOORS = ['single', 'batch', 'import'] as const;

  const legs = (amount: string, currency: string): string => {
    const code = currency === 'USD' ? '' : `:${currency}`;
    const side = (account: string, direction: string): string =>
      `{"account":"${account}${code}","direction":"${direction}","amount":${amount},"currency":"${currency}"}`;
    return `{"description":"exact","postings":[${side('assets:cash', 'debit')},${side('assets:bank', 'credit')}]}`;
  };
  const EXACT = [
    ['70368744177664.01', 'USD', '70368744177664.01'],
    ['90071992547409.91', 'USD', '90071992547409.91'],
    ['8796093022208.001', 'KWD', '8796093022208.001'],
    ['19.999999999999999999', 'USD', undefined],
    ['1.0000000000000000000001', 'USD', undefined],
    ['1e400', 'USD', undefined],
    ['1e-400', 'USD', undefined],
    ['"9007199254740993.21"', 'USD', '9007199254740993.21'],
    ['"9999999999999999.99"', 'USD', '9999999999999999.99'],
    ['"9223372036854775.807"', 'KWD', '9223372036854775.807'],
    ['"9223372036854775.808"', 'KWD', undefined],
    ['"10000000000000000.00"', 'USD', undefined],
  ] as const;

  it.each(DOORS.flatMap((door) => EXACT.map((one) => [door, ...one] as const)))(
    'through the door %s %s %s is %s',
    async (name, amount, currency, expected) => {
      const json = legs(amount, currency);
      const { verdict, id } = await doors[name](json);
      expect(verdict).toBe(expected === undefined ? 'FINANCE.INVALID_MONEY' : 'posted');
      if (expected === undefined) return;
      const { postings } = await found(id);
      expect(postings.map((posting) => posting.amount)).toEqual([expected, expected]);
      // Back again, so that the next one fits.
      const swap: Record<string, string> = { debit: 'credit', credit: 'debit' };
      await doors.single(json.replace(/"(debit|credit)"/g, (_, side: string) => `"${swap[side]}"`));
      const sale = await doors[name](`{"amount":${amount},"currency":"${currency}","paymentMethod":"exact"}`);
      expect((await found(sale.id)).amount).toBe(expected);
      await ledger.post(`transactions/${sale.id}/reverse`, {});
    },
  );

  it('of limits and captures are exact too', async () => {
    const { status } = await app.call('POST', '/api/v1/finance/accounts', {
      token: ledger.token,
      body: '{"code":"assets:limits","name":"x","type":"asset","currency":"USD","minBalance":-70368744177664.01,"maxBalance":90071992547409.93}',
    });
    expect(status).toBe(201);
    expect((await ledger.get('accounts/assets:limits')).body).toMatchObject({
      minBalance: '-70368744177664.01',
      maxBalance: '90071992547409.93',
    });
    const held = await ledger.post(
      'transactions',
      journal(['debit assets:cash 90071992547409.92', 'credit assets:bank 90071992547409.92'], { state: 'pending' }),
    );
    const captured = await app.call<Recorded>(
      'POST',
      `/api/v1/finance/transactions/${held.body.transactionId}/capture`,
      { token: ledger.token, body: '{"amount":70368744177664.01}' },
    );
    expect(captured.body.amount).toBe('70368744177664.01');
  });

  it('beyond what a balance or a sum can hold are refused', async () => {
    const most = '9223372036854775.807';
    const post = (legs: string[], more: object = {}) =>
      ledger.post(
        'transactions',
        journal(
          legs.map((text) => `${text} KWD`),
          more,
        ),
      );
    const pair = (amount: string) => [`debit assets:cash:KWD ${amount}`, `credit assets:bank:KWD ${amount}`];
    expect((await post([...pair(most), ...pair('0.001')])).body).toMatchObject({
      status: 422,
      code: 'FINANCE.INVALID_MONEY',
    });
    expect((await post(pair(most))).status).toBe(201);
    expect((await post(pair('0.001'))).body.code).toBe('FINANCE.BALANCE_OUT_OF_RANGE');
    expect((await post(pair('0.001'), { state: 'pending' })).body.code).toBe('FINANCE.BALANCE_OUT_OF_RANGE');
    expect((await post([`credit assets:cash:KWD ${most}`, `debit assets:bank:KWD ${most}`])).status).toBe(201);
    const discounted = { amount: most, currency: 'KWD', discountAmount: '0.001' };
    expect((await record(discounted)).body.code).toBe('FINANCE.INVALID_MONEY');
  });

  it.each(DOORS)('that are wrong are all named, through the door %s', async (name) => {
    const business = await doors[name](
      JSON.stringify({
        amount: 'a',
        taxAmount: 'b',
        subtotal: '1.001',
        lineItems: [{ sku: 'a', quantity: 'x', unitPrice: 'y' }],
      }),
    );
    expect(business.paths).toEqual([
      'amount',
      'subtotal',
      'taxAmount',
      'lineItems.0.quantity',
      'lineItems.0.unitPrice',
    ]);
    const legs = await doors[name](
      JSON.stringify(journal(['debit assets:cash 0', 'credit assets:bank x'], { expiresAt: '2099-01-01' })),
    );
    expect(legs.paths).toEqual(['postings.0.amount', 'postings.1.amount', 'expiresAt']);
    const currencies = await doors[name](
      JSON.stringify(journal(['debit assets:cash 1 ZZZ', 'credit assets:bank 1 YYY'])),
    );
    expect(currencies.paths).toEqual(['postings.0.currency', 'postings.1.currency']);
  });

  it('for accounts that do not exist name all of these', async () => {
    const { body } = await ledger.post('transactions', journal(['debit assets:x 1.00', 'credit assets:y 1.00']));
    expect(body).toMatchObject({
      code: 'FINANCE.UNKNOWN_ACCOUNT',
      details: { account: 'assets:x', accounts: ['assets:x', 'assets:y'] },
    });
  });

  it('of an account are all named', async () => {
    const { body } = await ledger.account('assets:wrong', { minBalance: 'a', maxBalance: 'b', currency: 'ZZZ' });
    expect(body).toMatchObject({ errors: [{ path: 'minBalance' }, { path: 'maxBalance' }, { path: 'currency' }] });
  });

  it.each(DOORS)('say of what they are made when they are read back, through the door %s', async (name) => {
    for (const type of ['sale', 'purchase', 'expense', 'revenue', 'transfer', 'adjustment', 'refund']) {
      const transfer = type === 'transfer' ? { fromAccount: 'assets:cash', toAccount: 'assets:bank' } : {};
      const { id } = await doors[name](
        JSON.stringify({
          type,
          amount: '12',
          subtotal: '10.5',
          taxAmount: 2,
          shippingAmount: '1',
          discountAmount: '1.5',
          lineItems: [{ sku: 'a', description: 'b', quantity: '4.2', unitPrice: 2.5 }],
          ...transfer,
        }),
      );
      expect((await found(id)).details).toMatchObject({
        subtotal: '10.50',
        taxAmount: '2.00',
        shippingAmount: '1.00',
        discountAmount: '1.50',
        lineItems: [{ sku: 'a', description: 'b', quantity: '4.2', unitPrice: '2.50' }],
      });
    }
  });

  it.each([
    [{ taxAmount: 'zzz' }, 422],
    [{ subtotal: '50.00' }, 422],
    [{ taxAmount: '0.001' }, 422],
    [{ lineItems: [{ sku: 'a', quantity: 1, unitPrice: 'x' }] }, 422],
    [{ subtotal: '0.90', taxAmount: '0.10' }, 201],
  ])('of a transfer are checked like those of any other: %j', async (parts, status) => {
    const transfer = { type: 'transfer', amount: '1.00', fromAccount: 'assets:cash', toAccount: 'assets:bank' };
    expect((await record({ ...transfer, ...parts })).status).toBe(status);
  });

  it('may be nothing when a discount pays for all of it', async () => {
    const free = { amount: '0.00', subtotal: '50.00', taxAmount: '4.00', discountAmount: '54.00', orderId: 'FREE' };
    const { status, body } = await record(free);
    expect([status, body.amount, legsOf(body)]).toEqual([
      201,
      '0.00',
      ['debit expenses:discounts:USD 54.00', 'credit revenue:sales:USD 50.00', 'credit liabilities:tax:USD 4.00'],
    ]);
    const refund = { type: 'refund', amount: '1.00', originalTransactionId: body.transactionId };
    expect((await record(refund)).status).toBe(409);
    expect((await ledger.post(`transactions/${body.transactionId}/reverse`, {})).status).toBe(201);
    for (const amount of ['0', '0.00', 0]) expect((await record({ amount })).status).toBe(422);
  });
});
