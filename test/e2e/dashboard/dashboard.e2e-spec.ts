import { FinanceReadService } from '#finance';
import { eventually } from '../errors/eventually.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface Metrics {
  activeAgents: number;
  apiRequestsPerMinute: number;
  averageResponseTime: number | null;
  p95ResponseTime: number | null;
  systemHealthScore: number;
  cpuUsage: number | null;
  memoryUsage: number | null;
  errorRate: number | null;
  sloCompliance: number | null;
}

describe('dashboard', () => {
  let app: TestApp;
  let replica: TestApp;
  let token: string;
  let admin: string;

  beforeAll(async () => {
    app = await startTestApp();
    replica = await startTestApp({}, app);
    [token, admin] = await Promise.all([app.tokenFor('READ_ONLY'), app.tokenFor('ADMIN')]);
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });

  const get = <T>(route: string, from: TestApp = app, headers: Record<string, string> = {}) =>
    from.call<T>('GET', `/api/v1/dashboard/${route}`, { token, headers });
  it('counts the requests of every replica, and measures them', async () => {
    // Longer than a flush and than an answer is kept.
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    const before = (await get<Metrics>('metrics')).body.apiRequestsPerMinute;
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => (index % 2 ? app : replica).call('GET', '/api/v1/auth/me', { token })),
    );
    const run = await app.call('POST', '/api/v1/agents/performance/execute?wait=20', { token: admin, body: {} });
    expect(run.body).toMatchObject({ state: 'succeeded' });
    const body = await eventually(async () => {
      const { body } = await get<Metrics>('metrics', replica);
      return body.apiRequestsPerMinute - before >= 40 && body.activeAgents > 0 ? body : undefined;
    });
    expect(body.averageResponseTime).toBeGreaterThan(0);
    expect(body.p95ResponseTime).toBeGreaterThanOrEqual(0.1);
    expect(body.errorRate).toBe(0);
    expect(body.sloCompliance).toBeGreaterThan(0.5);
    expect(body.cpuUsage).toBeGreaterThan(0);
    expect(body.memoryUsage).toBeGreaterThan(0);
    expect(body.memoryUsage).toBeLessThan(100);
    // Of the catalogue only the agent that has run is known to work.
    expect(body.activeAgents).toBe(1);
    expect(body.systemHealthScore).toBeGreaterThan(0.5);
  });

  it('shows the money, the errors and what happened', async () => {
    const sale = await app.call<{ transactionId: string }>('POST', '/api/v1/finance/transactions/record', {
      token: admin,
      body: { type: 'sale', amount: '19.99', currency: 'EUR' },
    });
    const report = { errorType: 'DashboardTest', message: 'seen on the dashboard', severity: 'high' };
    const reported = await app.call<{ ids: string[] }>('POST', '/api/v1/errors', { token: admin, body: report });
    expect(reported.status).toBe(202);
    interface Data {
      finance: { revenueToday: object[]; transactionsToday: number };
      errors: { openGroups: number; newToday: number };
      recentActivities: { id: string; eventType: string; severity: string }[];
      agents: object[];
      performanceHistory: object[];
    }
    const body = await eventually(async () => {
      const { body } = await get<Data>('data');
      return body.finance.transactionsToday > 0 && body.errors.newToday > 0 && body.recentActivities.length > 1
        ? body
        : undefined;
    });
    expect(body.finance.revenueToday).toContainEqual({ currency: 'EUR', amount: '19.99' });
    expect(body.finance.transactionsToday).toBe(1);
    expect(body.errors).toMatchObject({ openGroups: 1, newToday: 1 });
    expect(body.recentActivities).toContainEqual(
      expect.objectContaining({ id: `transaction:${sale.body.transactionId}`, eventType: 'transaction.sale' }),
    );
    expect(body.recentActivities).toContainEqual(
      expect.objectContaining({ eventType: 'error.open', severity: 'error' }),
    );
    expect(body.agents.length).toBe(23);
    expect(body.performanceHistory.length).toBeGreaterThan(0);
  });

  it('counts each transaction of the day once, however often it is asked', async () => {
    const count = () => app.get(FinanceReadService).transactionsToday();
    const before = await count();
    for (const more of [3, 0, 1]) {
      const known = await count();
      await Promise.all(
        Array.from({ length: more }, () =>
          app.call('POST', '/api/v1/finance/transactions/record', {
            token: admin,
            body: { type: 'sale', amount: '1.00', currency: 'EUR' },
          }),
        ),
      );
      expect(await count()).toBe(known + more);
    }
    expect(await count()).toBe(before + 4);
  });

  it('pages through activities without gap or repeat', async () => {
    const all = await get<{ id: string }[]>('activities?limit=100');
    const seen: string[] = [];
    for (let route: string | undefined = 'activities?limit=2'; route !== undefined;) {
      const page: Awaited<ReturnType<typeof get<{ id: string }[]>>> = await get<{ id: string }[]>(route);
      seen.push(...page.body.map(({ id }) => id));
      route = /<\/api\/v1\/dashboard\/([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(all.body.length - 1);
    expect((await get('activities?cursor=AAAA')).status).toBe(400);
  });

  it('meets everything of one instant, page by page', async () => {
    const developer = await app.tokenFor('DEVELOPER');
    const timestamp = new Date(Date.now() - 60_000).toISOString();
    const errors = [...'ABCDEFGHI'].map((kind) => ({ errorType: `Batch${kind}Error`, message: 'x', timestamp }));
    await app.call('POST', '/api/v1/errors', { token: developer, body: { errors } });
    const met = async (): Promise<string[]> => {
      const seen: string[] = [];
      for (let route: string | undefined = 'activities?limit=4'; route !== undefined;) {
        const page: Awaited<ReturnType<typeof get<{ title: string }[]>>> = await get<{ title: string }[]>(route);
        seen.push(...page.body.map(({ title }) => title));
        route = /<\/api\/v1\/dashboard\/([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
      }
      return seen.filter((title) => title.startsWith('Batch')).sort();
    };
    const expected = errors.map(({ errorType }) => `${errorType}: x`);
    const found = await eventually(async () => {
      const titles = await met();
      return titles.length >= expected.length ? titles : undefined;
    });
    expect(found).toEqual(expected);
  });

  it.each(['hours=0', 'hours=745', 'hours=x', 'hours=1.5'])('refuses performance?%s', async (query) => {
    expect((await get(`performance?${query}`)).status).toBe(422);
  });

  it.each(['limit=0', 'limit=101', 'limit=x'])('refuses activities?%s', async (query) => {
    expect((await get(`activities?${query}`)).status).toBe(422);
  });

  it('has minute steps for six hours and hour steps beyond', async () => {
    const minutes = await get<{ timestamp: string; p95: number | null }[]>('performance?hours=6');
    const hours = await get<{ timestamp: string }[]>('performance?hours=24');
    expect(minutes.body.at(-1)?.timestamp).toMatch(/:00\.000Z$/);
    expect(hours.body.at(-1)?.timestamp).toMatch(/:00:00\.000Z$/);
    expect(minutes.body.some(({ p95 }) => p95 !== null && p95 > 0)).toBe(true);
  });

  it('spares a caller what he has', async () => {
    const first = await get('errors');
    const again = await get('errors', app, { 'if-none-match': first.headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
    expect(again.text).toBe('');
  });
});
