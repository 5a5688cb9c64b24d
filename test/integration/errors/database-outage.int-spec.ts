import { Database } from '#platform/database';
import { AppLogger } from '#platform/observability';
import { eventually } from '../../e2e/errors/eventually.js';
import { startStoppablePostgres, type StoppablePostgres } from '../../support/stoppable-postgres.js';
import { type Answer, startTestApp, type TestApp } from '../../support/test-app.js';

let postgres: StoppablePostgres;
let app: TestApp;

beforeAll(async () => {
  postgres = await startStoppablePostgres();
  app = await startTestApp({ DATABASE_URL: postgres.url });
}, 60_000);
afterAll(async () => {
  await app.close();
  await postgres.dispose();
});

interface Health {
  status: string;
  checks: Record<string, Record<string, unknown>>;
}

describe('while PostgreSQL is frozen', () => {
  it('both doors accept within seconds, by token, key and DSN, and all of it is stored after its return', async () => {
    const [admin, reporter] = [await app.tokenFor('ADMIN'), await app.tokenFor('API_USER')];
    const project = await app.call<{ id: number; keys: string[] }>('POST', '/errors/projects', {
      token: admin,
      body: { name: 'frozen' },
    });
    const made = await app.call<{ key: string }>('POST', '/auth/api-keys', { token: reporter, body: { name: 'f' } });
    const body = { errorType: 'FrozenError', message: 'm' };
    const reports = [
      () => app.call('POST', '/errors', { token: reporter, body }),
      () => app.call('POST', '/errors', { apiKey: made.body.key, body }),
      () =>
        app.call('POST', `/api/${project.body.id}/store/?sentry_key=${project.body.keys[0]}`, {
          body: { exception: [{ type: 'FrozenError', value: 'm' }] },
        }),
    ];
    for (const report of reports) expect((await report()).status).toBeLessThan(300);
    postgres.freeze();
    try {
      // Longer than anything that is remembered about a session.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      for (const report of [...reports, ...reports]) {
        const start = performance.now();
        expect((await report()).status).toBeLessThan(300);
        expect(performance.now() - start).toBeLessThan(4_000);
      }
      const unknown = await app.call('POST', `/api/1/store/?sentry_key=${'f'.repeat(32)}`, { body: { message: 'm' } });
      expect(unknown.status).toBe(503);
      expect((await app.call('POST', '/errors', { token: `${reporter.slice(0, -8)}AAAAAAAA`, body })).status).toBe(401);
    } finally {
      postgres.thaw();
    }
    await eventually(async () => {
      const rows = await app
        .get(Database)
        .query<{ id: string }>(`SELECT id FROM error_occurrence WHERE error_type = 'FrozenError'`);
      return rows.length === 9 ? rows : undefined;
    }, 30_000);
  }, 90_000);
});

describe('while PostgreSQL is stopped', () => {
  it('both doors accept, health says so, and all of it is stored exactly once after its return', async () => {
    const [admin, reporter] = [await app.tokenFor('ADMIN'), await app.tokenFor('API_USER')];
    const project = await app.call<{ id: number; keys: string[] }>('POST', '/errors/projects', {
      token: admin,
      body: { name: 'outage' },
    });
    const { id, keys } = project.body;
    const sendEvent = (key: string | undefined, message: string): Promise<Answer> =>
      app.call('POST', `/api/${id}/envelope/?sentry_key=${key}`, {
        body: `{}\n{"type":"event"}\n${JSON.stringify({ message })}`,
      });
    const report = (token: string, message: string): Promise<Answer> =>
      app.call('POST', '/errors', { token, body: { errorType: 'OutageError', message } });
    const accepted: string[] = [];
    const made = await app.call<{ key: string }>('POST', '/auth/api-keys', {
      token: reporter,
      body: { name: 'reporter' },
    });
    const reportByKey = (message: string): Promise<Answer> =>
      app.call('POST', '/errors', { apiKey: made.body.key, body: { errorType: 'OutageError', message } });
    accepted.push(...((await reportByKey('by key')).body['ids'] as string[]));
    const warnings = jest.spyOn(app.get(AppLogger), 'warn');

    // Reports go on through the stop itself.
    let isOver = false;
    const senders = [0, 1].map(async (sender) => {
      for (let index = 0; !isOver; index++) {
        const jsonDoor = await report(reporter, `json ${sender} ${index}`);
        expect(jsonDoor.status).toBe(202);
        accepted.push(...(jsonDoor.body['ids'] as string[]));
        const sdkDoor = await sendEvent(keys[0], `sdk ${sender} ${index}`);
        expect(sdkDoor.status).toBe(200);
        accepted.push(String(sdkDoor.body['id']).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await postgres.stop();
    const before = accepted.length;
    // Longer than anything that is remembered about a session.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const health = await eventually(async () => {
      const { body } = await app.call<Health>('GET', '/health');
      return body.checks['errorLedger']?.['status'] === 'degraded' && accepted.length > before + 50 ? body : undefined;
    }, 15_000);
    isOver = true;
    await Promise.all(senders);
    const byKey = await reportByKey('by key in the outage');
    expect(byKey.status).toBe(202);
    accepted.push(...(byKey.body['ids'] as string[]));

    expect(health.checks['database']?.['status']).toBe('unhealthy');
    expect(Number(health.checks['errorLedger']?.['backlog'])).toBeGreaterThan(0);
    expect(warnings.mock.calls.filter(([message]) => String(message).includes('by its signature alone'))).toHaveLength(
      1,
    );
    // Only what must work just then does: other routes, strangers and forged tokens are refused.
    expect((await app.call('GET', '/errors', { token: reporter })).status).toBe(503);
    expect((await report(`${reporter.slice(0, -8)}AAAAAAAA`, 'forged')).status).toBe(401);
    expect((await sendEvent('f'.repeat(32), 'unknown key')).status).toBe(503);
    expect((await app.call('GET', '/errors', { apiKey: made.body.key })).status).toBe(503);
    expect((await app.call('POST', '/errors', { apiKey: `${made.body.key.slice(0, -4)}AAAA`, body: {} })).status).toBe(
      401,
    );

    await postgres.start();
    const stored = await eventually(async () => {
      const rows = await app
        .get(Database)
        .query<{ id: string }>(`SELECT id FROM error_occurrence WHERE project_id = $1 OR error_type = 'OutageError'`, [
          id,
        ])
        .catch(() => []);
      return rows.length >= accepted.length ? rows : undefined;
    }, 30_000);
    expect(stored.map((row) => row.id).sort()).toEqual([...accepted].sort());
    const after = await eventually(async () => {
      const { body } = await app.call<Health>('GET', '/health');
      return body.checks['errorLedger']?.['backlog'] === 0 ? body : undefined;
    });
    expect(after.status).toBe('healthy');
    const statistics = await app.call<{ conservation: Record<string, number> }>('GET', '/errors/statistics', {
      token: admin,
    });
    const { received, refused, ...rest } = statistics.body.conservation;
    expect(rest).toMatchObject({ duplicate: 0, quarantined: 0, backlog: 0 });
    expect(received).toBe(Number(rest['stored']) + Number(refused));
  }, 90_000);
});
