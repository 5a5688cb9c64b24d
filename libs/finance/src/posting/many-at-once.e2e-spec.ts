import { DatabaseError } from 'pg';
import { ErrorReporter } from '#platform/kernel';
import { PostingRepository } from './posting.repository.js';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';
import { sendLines } from '../../../../test/e2e/finance/doors.js';
import { FinanceClient } from '../../../../test/e2e/finance/finance-client.js';

interface ImportAnswer {
  id: string;
  status: string;
  lines: number;
  posted: number;
  rejected: number;
  rejections?: { line: number; error: { code: string } }[];
}

describe('many at once', () => {
  let app: TestApp;
  let ledger: FinanceClient;

  beforeAll(async () => {
    app = await startTestApp();
    ledger = await FinanceClient.of(app);
    for (const code of ['assets:cash', 'assets:bank']) await ledger.account(code);
  });
  afterAll(() => app.close());

  /** Values that no field of a transaction is, and some that it may be. */
  const ODD = ['null', '[]', '{}', '""', '[[]]', '[null]', '[{}]', '-0', '1e400', '9007199254740993', 'true', '"zzz"'];
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
