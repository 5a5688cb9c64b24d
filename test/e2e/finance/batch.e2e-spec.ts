import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { FinanceClient, journal } from './finance-client.js';

interface Results {
  results: {
    index: number;
    status: string;
    transaction?: { id: string; type: string };
    error?: { code: string; details: Record<string, unknown> };
  }[];
  code: string;
}

describe('batches', () => {
  let app: TestApp;
  let replica: TestApp;
  let ledger: FinanceClient;

  beforeAll(async () => {
    app = await startTestApp();
    replica = await startTestApp({}, app);
    ledger = await FinanceClient.of(app);
    await ledger.account('assets:bank');
    await ledger.account('assets:wallet', { minBalance: '0.00' });
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });

  const batch = (transactions: object[], more: object = {}, key?: string, query = '') =>
    ledger.post<Results>(`transactions/batch${query}`, { transactions, ...more }, key);
  const move = (from: string, to: string, amount: string, more: object = {}): object =>
    journal([`debit ${to} ${amount}`, `credit ${from} ${amount}`], more);
  const verdicts = ({ results }: Results): string[] => results.map(({ status, error }) => error?.code ?? status);

  it('gives each its own verdict, in order, each on what those before it left', async () => {
    const { status, body } = await batch([
      move('assets:wallet', 'assets:bank', '1.00'),
      move('assets:bank', 'assets:wallet', '1.00'),
      move('assets:wallet', 'assets:bank', '1.00'),
      { type: 'sale', amount: '5.00' },
      { type: 'sale', amount: '5.00', nonsense: 1 },
      { type: 'sale', amount: '5.001' },
      { type: 'sale' },
      { description: 'one-legged', postings: [] },
    ]);
    expect(status).toBe(200);
    expect(verdicts(body)).toEqual([
      'FINANCE.LIMIT_EXCEEDED',
      'posted',
      'posted',
      'posted',
      'VALIDATION.FAILED',
      'FINANCE.INVALID_MONEY',
      'VALIDATION.FAILED',
      'VALIDATION.FAILED',
    ]);
    expect(body.results[4]?.error?.details).toMatchObject({ errors: [{ path: 'nonsense' }] });
    expect((await ledger.get(`transactions/${body.results[3]?.transaction?.id}`)).body).toMatchObject({ type: 'sale' });
  });

  it('is all or nothing when it is atomic', async () => {
    const before = await ledger.balance('assets:bank');
    const key = randomUUID();
    const own = randomUUID();
    const refused = [
      move('assets:bank', 'assets:wallet', '2.00', { idempotencyKey: own }),
      move('assets:wallet', 'assets:bank', '2.01'),
      move('assets:bank', 'assets:wallet', '1.00'),
    ];
    const first = await batch(refused, { atomic: true }, key);
    expect(verdicts(first.body)).toEqual(['FINANCE.BATCH_ABORTED', 'FINANCE.LIMIT_EXCEEDED', 'FINANCE.BATCH_ABORTED']);
    expect(first.body.results[0]?.error?.details).toEqual({ index: 1 });
    expect(await ledger.balance('assets:bank')).toEqual(before);
    const again = await batch(refused, { atomic: true }, key);
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true']);
    const passed = await batch([refused[0] ?? {}, move('assets:wallet', 'assets:bank', '2.00')], { atomic: true });
    expect(verdicts(passed.body)).toEqual(['posted', 'posted']);
  });

  it('knows keys of single transactions, whichever door they came through', async () => {
    const [key, own] = [randomUUID(), randomUUID()];
    const sale = { type: 'sale', amount: '9.00', currency: 'USD', channel: 'b2b' };
    const single = await ledger.post('transactions/record', sale, own);
    const { body } = await batch(
      [
        { ...sale, idempotencyKey: own },
        { ...sale, amount: '8.00', idempotencyKey: own },
        { ...sale, idempotencyKey: key },
        { ...sale, idempotencyKey: key },
      ],
      {},
      undefined,
    );
    expect(verdicts(body)).toEqual(['replayed', 'FINANCE.IDEMPOTENCY_CONFLICT', 'posted', 'replayed']);
    expect(body.results[0]?.transaction?.id).toBe(single.body.transactionId);
    expect(body.results[3]?.transaction?.id).toBe(body.results[2]?.transaction?.id);
  });

  it('posts once under one key, however many ask on both replicas, and tells other requests apart', async () => {
    const key = randomUUID();
    const body = [move('assets:bank', 'assets:wallet', '1.00'), { type: 'sale', amount: '1.00' }];
    const before = await ledger.balance('assets:wallet');
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? ledger : ledger.at(replica)).post('transactions/batch', { transactions: body }, key),
      ),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(Number((await ledger.balance('assets:wallet')).posted)).toBe(Number(before.posted) + 1);
    const other = await batch(body.slice(0, 1), {}, key);
    expect([other.status, other.body.code]).toEqual([422, 'FINANCE.IDEMPOTENCY_CONFLICT']);
  });

  it('takes a thousand, leaves nothing in a dry run, and refuses more', async () => {
    const sales = Array.from({ length: 1_000 }, () => ({ type: 'sale', amount: '1.00', paymentMethod: 'thousand' }));
    const dry = await batch(sales, {}, undefined, '?dryRun=true');
    expect(new Set(verdicts(dry.body))).toEqual(new Set(['posted']));
    expect((await ledger.get('accounts/assets:clearing:thousand:USD')).status).toBe(404);
    await batch(sales);
    expect((await ledger.balance('assets:clearing:thousand:USD')).posted).toBe('1000.00');
    expect((await batch([...sales, ...sales])).status).toBe(422);
    expect((await batch([])).status).toBe(422);
    expect((await batch([1 as unknown as object])).status).toBe(422);
  });
});
