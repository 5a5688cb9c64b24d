import { randomUUID } from 'node:crypto';
import { DatabaseError } from 'pg';
import { ErrorReporter } from '#platform/kernel';
import { PostingRepository } from '../../../libs/finance/src/infrastructure/posting.repository.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { type Door, doorsOf, sendLines } from './doors.js';
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

interface ImportAnswer {
  id: string;
  status: string;
  lines: number;
  posted: number;
  rejected: number;
  rejections?: { line: number; error: { code: string } }[];
}

describe('right answers of the ledger', () => {
  let app: TestApp;
  let replica: TestApp;
  let ledger: FinanceClient;
  let doors: Record<'single' | 'batch' | 'import', Door>;

  beforeAll(async () => {
    app = await startTestApp();
    replica = await startTestApp({}, app);
    ledger = await FinanceClient.of(app);
    doors = doorsOf(app, ledger);
    for (const code of ['assets:cash', 'assets:bank']) await ledger.account(code);
    for (const code of ['assets:cash:KWD', 'assets:bank:KWD']) await ledger.account(code, { currency: 'KWD' });
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });

  const found = async (id: string | undefined): Promise<Details> =>
    (await ledger.get<Details>(`transactions/${id}`)).body;
  const record = (body: object) => ledger.post('transactions/record', body);
  const legsOf = (body: Pick<Recorded, 'postings'>): string[] =>
    body.postings.map(({ direction, account, amount }) => `${direction} ${account} ${amount}`);
  const DOORS = ['single', 'batch', 'import'] as const;

  describe('dry runs', () => {
    it.each([
      ['accounts', { code: 'assets:dry', name: 'Dry', type: 'asset', currency: 'USD' }, 'accounts/assets:dry', 404],
      ['transactions/record', { amount: '1.00', paymentMethod: 'dry' }, 'accounts/assets:clearing:dry:USD', 404],
      ['periods/2015-10/close', undefined, 'periods', 200],
    ])('of %s leave nothing', async (route, body, trace, status) => {
      const before = await ledger.get('verify');
      const dry = await ledger.post<Record<string, unknown>>(`${route}?dryRun=true`, body);
      expect(dry.status).toBe(200);
      expect(dry.body).toMatchObject(
        route === 'accounts' ? { code: 'assets:dry' } : route.startsWith('p') ? { month: '2015-10' } : { type: 'sale' },
      );
      const after = await ledger.get<{ items?: unknown[] }>(trace);
      expect([after.status, after.body.items ?? []]).toEqual([status, []]);
      expect((await ledger.get('verify')).body['head']).toEqual(before.body['head']);
    });

    it('of an account’s change leave it as it is, and refuse what would be refused', async () => {
      const dry = await app.call('PATCH', '/api/v1/finance/accounts/assets:cash?dryRun=true', {
        token: ledger.token,
        body: { name: 'Other' },
      });
      expect(dry.body).toMatchObject({ name: 'Other' });
      expect((await ledger.get('accounts/assets:cash')).body).toMatchObject({ name: 'assets:cash' });
      const account = { code: 'assets:cash', name: 'x', type: 'asset', currency: 'USD' };
      expect((await ledger.post('accounts?dryRun=true', account)).status).toBe(409);
      expect((await ledger.post('periods/2099-01/close?dryRun=true')).status).toBe(409);
    });

    it('of an import give every line its verdict and post nothing, and the key is still there', async () => {
      const before = await ledger.get('verify');
      const lines = [JSON.stringify({ amount: '1.00' }), 'no json', '', '{"amount":"1.001"}', '{"amount":"2.00"}'].join(
        '\n',
      );
      const dry = await sendLines<ImportAnswer>(app, ledger, lines, '?dryRun=true', 'dry-import');
      expect(dry).toMatchObject({ status: 200, body: { status: 'completed', lines: 4, posted: 2, rejected: 2 } });
      expect(dry.body.rejections?.map(({ line, error }) => [line, error.code])).toEqual([
        [2, 'HTTP.MALFORMED_JSON'],
        [4, 'FINANCE.INVALID_MONEY'],
      ]);
      expect((await ledger.get(`imports/${dry.body.id}`)).status).toBe(404);
      expect((await ledger.get('verify')).body['head']).toEqual(before.body['head']);
      const real = await sendLines<ImportAnswer>(app, ledger, lines, '', 'dry-import');
      expect(real.body).toMatchObject({ lines: 4, posted: 2, rejected: 2 });
    });
  });

  describe('many at once', () => {
    /** Values that no field of a transaction is, and some that it may be. */
    const ODD = [
      'null',
      '[]',
      '{}',
      '""',
      '[[]]',
      '[null]',
      '[{}]',
      '-0',
      '1e400',
      '9007199254740993',
      'true',
      '"zzz"',
    ];
    const BUSINESS = {
      amount: '"1.00"',
      type: '"sale"',
      currency: '"USD"',
      channel: '"b2b"',
      lineItems: '[{"sku":"a","quantity":1,"unitPrice":"1.00"}]',
      subtotal: '"1.00"',
      taxAmount: '"0"',
      paymentMethod: '"card"',
      originalTransactionId: undefined,
      transactionDate: undefined,
      metadata: '{}',
      idempotencyKey: undefined,
    };
    const LEGS =
      '[{"account":"assets:cash","direction":"debit","amount":"1.00","currency":"USD"},{"account":"assets:bank","direction":"credit","amount":"1.00","currency":"USD"}]';
    const JOURNAL = {
      description: '"odd"',
      postings: LEGS,
      state: '"posted"',
      effectiveAt: undefined,
      expiresAt: undefined,
      metadata: '{}',
    };
    const written = (fields: Record<string, string | undefined>): string =>
      `{${Object.entries(fields)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `"${name}":${value}`)
        .join(',')}}`;
    const odd = (): string[] => [
      ...[BUSINESS, JOURNAL].flatMap((fields) =>
        Object.keys(fields).flatMap((name) => ODD.map((value) => written({ ...fields, [name]: value }))),
      ),
      ...['sku', 'quantity', 'unitPrice'].flatMap((name) =>
        ODD.map((value) =>
          written({
            ...BUSINESS,
            lineItems: `[${written({ sku: '"a"', quantity: '1', unitPrice: '1', [name]: value })}]`,
          }),
        ),
      ),
      ...['account', 'direction', 'amount', 'currency'].flatMap((name) =>
        ODD.map((value) => {
          const own = { account: '"assets:cash"', direction: '"debit"', amount: '1', currency: '"USD"', [name]: value };
          return written({ ...JOURNAL, postings: `[${written(own)},${written(own)}]` });
        }),
      ),
      ...ODD,
    ];
    /** What no body of a single request may hold at all. */
    const FOREIGN = [
      '{"amount":"1.00","notes":"\\u0000"}',
      '{"amount":"1.00","notes":"\\ud83d"}',
      '{"amount":"1.00","a\\u0000b":1}',
      '{"amount":"1.00","__proto__":{}}',
      '{"amount":"1.00","constructor":{}}',
      `{"amount":"1.00","metadata":${'['.repeat(20)}${']'.repeat(20)}}`,
      `{"amount":"1.00","notes":"${'x'.repeat(10_000)}"}`,
      `{"amount":"1.00","${'x'.repeat(10_000)}":1}`,
      `{"amount":${'9'.repeat(10_000)}}`,
      `{"amount":"1.00","metadata":{"${'x'.repeat(60_000)}":"${'y'.repeat(60_000)}"}}`,
      '\ud83d',
    ];
    const GOOD = '{"amount":"1.00","orderId":"good"}';

    it('each have a verdict, whatever a line of an import holds', async () => {
      const lines = [...odd(), ...FOREIGN].flatMap((line) => [GOOD, line]);
      const { status, body } = await sendLines<ImportAnswer>(app, ledger, [...lines, GOOD].join('\n'));
      expect({ status, body }).toMatchObject({ status: 200, body: { status: 'completed', lines: lines.length + 1 } });
      const rejected: number[] = [];
      for (let cursor = ''; ;) {
        const page = await ledger.get<{ items: { line: number }[]; nextCursor: string | null }>(
          `imports/${body.id}/lines?status=rejected&limit=100${cursor}`,
        );
        rejected.push(...page.body.items.map(({ line }) => line));
        if (page.body.nextCursor === null) break;
        cursor = `&cursor=${page.body.nextCursor}`;
      }
      expect(rejected.filter((line) => line % 2 === 1)).toEqual([]);
      expect(rejected.length).toBe(body.rejected);
      expect(rejected.length).toBeGreaterThan(200);
    });

    it('each have a verdict, whatever an item of a batch holds', async () => {
      const items = odd().filter((item) => item.startsWith('{'));
      const { status, body } = await app.call<{ results: { status: string }[] }>(
        'POST',
        '/api/v1/finance/transactions/batch',
        { token: ledger.token, body: `{"transactions":[${items.slice(0, 999).join(',')},${GOOD}]}` },
      );
      expect(status).toBe(200);
      expect(body.results.at(-1)?.status).toBe('posted');
      expect(body.results.length).toBe(Math.min(items.length, 999) + 1);
    });

    it.each([
      ['the database refuses it', new DatabaseError('unsupported Unicode escape sequence', 0, 'error'), '22P05'],
      ['the service fails over it', new TypeError('undefined is not a function'), undefined],
    ])('is rejected alone, and reported, when %s', async (_, error, code) => {
      Object.assign(error, code && { code, severity: 'ERROR' });
      const postings = app.get(PostingRepository);
      const write = postings.write.bind(postings);
      const writing = jest.spyOn(postings, 'write').mockImplementation((connection, batch) => {
        const isPoisoned = batch.transactions.some(({ description }) => description === 'poison');
        return isPoisoned ? Promise.reject(error) : write(connection, batch);
      });
      const report = jest.spyOn(app.get(ErrorReporter), 'report');
      try {
        const lines = [GOOD, '{"amount":"1.00","notes":"poison"}', GOOD];
        const imported = await sendLines<ImportAnswer>(app, ledger, lines.join('\n'));
        expect(imported).toMatchObject({ status: 200, body: { status: 'completed', posted: 2, rejected: 1 } });
        for (const atomic of [false, true]) {
          const { status, body } = await app.call<{ results: { status: string; error?: { code: string } }[] }>(
            'POST',
            '/api/v1/finance/transactions/batch',
            { token: ledger.token, body: `{"atomic":${atomic},"transactions":[${lines.join(',')}]}` },
          );
          expect([status, body.results.map((result) => result.error?.code ?? result.status)]).toEqual([
            200,
            atomic
              ? ['FINANCE.BATCH_ABORTED', 'FINANCE.ITEM_FAILED', 'FINANCE.BATCH_ABORTED']
              : ['posted', 'FINANCE.ITEM_FAILED', 'posted'],
          ]);
        }
        expect(report.mock.calls.filter(([failure]) => failure.error === error).length).toBe(3);
      } finally {
        writing.mockRestore();
        report.mockRestore();
      }
    });

    it('pass over blank lines, which keep their numbers', async () => {
      const lines = `\ufeff${GOOD}\n\n  \t\n${GOOD}\r\n\r\n{"amount":"x"}\n\n`;
      const { body } = await sendLines<ImportAnswer>(app, ledger, lines);
      expect(body).toMatchObject({ status: 'completed', lines: 3, posted: 2, rejected: 1 });
      const verdicts = await ledger.get<{ items: { line: number; status: string }[] }>(
        `imports/${body.id}/lines?limit=2`,
      );
      expect(verdicts.body.items.map(({ line, status }) => [line, status])).toEqual([
        [1, 'posted'],
        [4, 'posted'],
      ]);
      const rest = await ledger.get<{ items: { line: number }[] }>(
        `imports/${body.id}/lines?limit=2&cursor=${String(verdicts.body['nextCursor' as never])}`,
      );
      expect(rest.body.items.map(({ line }) => line)).toEqual([6]);
      const empty = await sendLines<ImportAnswer>(app, ledger, '\n'.repeat(1_200), '', 'only-blanks');
      expect(empty.body).toMatchObject({ status: 'completed', lines: 0 });
      expect((await sendLines<ImportAnswer>(app, ledger, '\n'.repeat(1_200), '', 'only-blanks')).body).toEqual(
        empty.body,
      );
    });

    it('name the media type that is wanted', async () => {
      for (const type of ['text/csv', 'application/json', 'application/x-www-form-urlencoded']) {
        const { status, body } = await app.call('POST', '/api/v1/finance/imports', {
          token: ledger.token,
          body: '{}',
          headers: { 'content-type': type },
        });
        expect({ status, detail: body['detail'] }).toEqual({ status: 415, detail: 'Send application/x-ndjson' });
      }
    });
  });

  describe('amounts', () => {
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

  describe('refunds', () => {
    const sale = async (more: object = {}): Promise<string> => {
      const parts = { amount: '120.00', subtotal: '90.00', taxAmount: '20.00', shippingAmount: '10.00' };
      const facts = {
        paymentMethod: 'card',
        channel: 'marketplace',
        orderId: 'R-1',
        customerId: 'C-1',
        currency: 'EUR',
      };
      return (await record({ ...parts, ...facts, ...more })).body.transactionId;
    };
    const refund = (originalTransactionId: string, more: object) =>
      record({ type: 'refund', originalTransactionId, ...more });

    it('do what they say, and take from their original what they do not say', async () => {
      const id = await sale();
      const tax = await refund(id, { amount: '20.00', subtotal: '0', taxAmount: '20', paymentMethod: 'store_credit' });
      expect(legsOf(tax.body)).toEqual([
        'debit liabilities:tax:EUR 20.00',
        'credit assets:clearing:store_credit:EUR 20.00',
      ]);
      expect(await found(tax.body.transactionId)).toMatchObject({
        channel: 'marketplace',
        currency: 'EUR',
        orderId: 'R-1',
        customerId: 'C-1',
        details: { taxAmount: '20.00', subtotal: '0.00', paymentMethod: 'store_credit' },
      });
      const rest = await refund(id, { amount: '100.00', channel: 'b2b' });
      expect(legsOf(rest.body)).toEqual([
        'debit revenue:sales:EUR 90.00',
        'debit revenue:shipping:EUR 10.00',
        'credit assets:clearing:card:EUR 100.00',
      ]);
      expect((await found(rest.body.transactionId)).channel).toBe('b2b');
      expect((await ledger.get('verify')).body).toMatchObject({ valid: true });
    });

    it('are refused what the original has not', async () => {
      const untaxed = await sale({ amount: '100.00', taxAmount: undefined });
      const answer = await refund(untaxed, { amount: '10.00', taxAmount: '1.00' });
      expect(answer.body).toMatchObject({
        status: 409,
        code: 'FINANCE.REFUND_EXCEEDS_ORIGINAL',
        details: { part: 'taxAmount' },
      });
      expect((await refund(untaxed, { amount: '10.00', currency: 'USD' })).status).toBe(422);
      await ledger.post(`transactions/${untaxed}/reverse`, {});
      expect((await refund(untaxed, { amount: '10.00' })).body).toMatchObject({
        status: 409,
        code: 'FINANCE.ORIGINAL_REVERSED',
      });
    });

    it('are of purchases, expenses and captures too', async () => {
      const { body: bought } = await record({
        type: 'purchase',
        amount: '12.00',
        taxAmount: '2.00',
        paymentMethod: 'bank',
      });
      expect(legsOf((await refund(bought.transactionId, { amount: '6.00' })).body)).toEqual([
        'credit assets:inventory:USD 5.00',
        'credit liabilities:tax:USD 1.00',
        'debit assets:clearing:bank:USD 6.00',
      ]);
      const held = await ledger.post(
        'transactions',
        journal(['debit assets:cash 10.00', 'credit assets:bank 10.00'], { state: 'pending' }),
      );
      expect((await refund(held.body.transactionId, { amount: '1.00' })).status).toBe(422);
      const captured = await ledger.post(`transactions/${held.body.transactionId}/capture`, {});
      const back = await refund(captured.body.transactionId, { amount: '4.00' });
      expect(legsOf(back.body)).toEqual(['credit assets:cash 4.00', 'debit assets:bank 4.00']);
      expect((await refund(captured.body.transactionId, { amount: '6.01' })).status).toBe(409);
      expect((await refund(captured.body.transactionId, { amount: '6.00' })).status).toBe(201);
      const { body: plain } = await ledger.post(
        'transactions',
        journal(['debit assets:cash 1.00', 'credit assets:bank 1.00']),
      );
      expect((await refund(plain.transactionId, { amount: '1.00' })).status).toBe(422);
    });
  });

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
    expect((await found(first)).amount).toBe('10.00');
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

  it('parts and captures are given once, however many ask on both replicas', async () => {
    const { body: sale } = await record({ amount: '100.00', subtotal: '90.00', taxAmount: '10.00' });
    const refund = { type: 'refund', amount: '1.00', taxAmount: '1.00', originalTransactionId: sale.transactionId };
    const other = ledger.at(replica);
    const refunds = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? ledger : other).post('transactions/record', refund)),
    );
    expect(refunds.filter(({ status }) => status === 201).length).toBe(10);
    const held = await ledger.post(
      'transactions',
      journal(['debit assets:cash 10.00', 'credit assets:bank 10.00'], { state: 'pending' }),
    );
    const route = `transactions/${held.body.transactionId}/capture`;
    const captures = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? ledger : other).post(route, { amount: '1.00', final: false }),
      ),
    );
    expect(captures.filter(({ status }) => status === 201).length).toBe(10);
    expect((await ledger.get(`transactions/${held.body.transactionId}`)).body['state']).toBe('captured');
    expect((await ledger.get('verify')).body).toMatchObject({ valid: true });
  });

  describe('payment methods', () => {
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

  describe('times', () => {
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

  it('answers again what was asked before defaults were left to the original', async () => {
    const key = randomUUID();
    const sale = { amount: '1.00' };
    const first = await ledger.post('transactions/record', sale, key);
    const again = await ledger.post('transactions/record', { ...sale, currency: 'USD', channel: 'online_store' }, key);
    expect(again.text).toBe(first.text);
  });
});
