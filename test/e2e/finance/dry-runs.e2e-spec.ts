import { startTestApp, type TestApp } from '../../support/test-app.js';
import { sendLines } from './doors.js';
import { FinanceClient } from './finance-client.js';

interface ImportAnswer {
  id: string;
  status: string;
  lines: number;
  posted: number;
  rejected: number;
  rejections?: { line: number; error: { code: string } }[];
}

describe('dry runs', () => {
  let app: TestApp;
  let ledger: FinanceClient;

  beforeAll(async () => {
    app = await startTestApp();
    ledger = await FinanceClient.of(app);
    for (const code of ['assets:cash', 'assets:bank']) await ledger.account(code);
  });
  afterAll(() => app.close());

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
