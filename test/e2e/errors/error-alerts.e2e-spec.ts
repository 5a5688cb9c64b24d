import { createHmac } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Database } from '#platform/database';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from './eventually.js';

interface Alert {
  id: string;
  secret: string;
}

interface Call {
  path: string;
  signature: string;
  raw: string;
  body: { event: string; alert: { name: string }; group: { id: string; title: string; status: string }; url: string };
}

let app: TestApp;
let admin: string;
let developer: string;
let server: Server;
let target: string;
const calls: Call[] = [];
/** Status to answer at a path, in order; 204 when there is none. */
const answers = new Map<string, number[]>();
/** What nobody answers. */
const hanging: ServerResponse[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [raw, path] = [Buffer.concat(chunks).toString(), request.url ?? ''];
      const signature = String(request.headers['x-webhook-signature']);
      calls.push({ path, raw, signature, body: JSON.parse(raw) as Call['body'] });
      if (path.startsWith('/hanging')) hanging.push(response);
      else response.writeHead(answers.get(path)?.shift() ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  app = await startTestApp({ AGENTS_ALLOWED_HOSTS: '127.0.0.1' });
  [admin, developer] = [await app.tokenFor('ADMIN'), await app.tokenFor('DEVELOPER')];
});
afterAll(async () => {
  for (const response of hanging) response.end();
  await app.close();
  server.close();
});

async function newAlert(path: string, fields: Record<string, unknown>): Promise<Alert> {
  const body = { name: `alert ${path}`, url: `${target}${path}`, ...fields };
  const answer = await app.call<Alert>('POST', '/errors/alerts', { token: admin, body });
  expect(answer.status).toBe(201);
  return answer.body;
}
const report = (errorType: string, fields: Record<string, unknown> = {}): Promise<unknown> =>
  app.call('POST', '/errors', { token: developer, body: { errorType, message: 'x', service: 'alerting', ...fields } });
const callsTo = (path: string): Call[] => calls.filter((call) => call.path === path);
const callTo = (path: string, count = 1): Promise<Call> =>
  eventually(() => Promise.resolve(callsTo(path).length >= count ? callsTo(path).at(-1) : undefined), 15_000);

describe('alerts', () => {
  it('call a webhook once for a new group, signed, and name group, rule and address', async () => {
    const alert = await newAlert('/new', { event: 'new', severity: 'high' });
    await Promise.all(Array.from({ length: 8 }, () => report('FreshError', { severity: 'critical' })));
    await report('MildError', { severity: 'low' });
    const call = await callTo('/new');
    const expected = createHmac('sha256', alert.secret).update(call.raw).digest('hex');
    expect(call.signature).toBe(`sha256=${expected}`);
    expect(call.body).toMatchObject({ event: 'new', alert: { name: 'alert /new' }, group: { title: 'FreshError: x' } });
    expect(call.body.url.endsWith(`/api/v1/errors/${call.body.group.id}`)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(callsTo('/new')).toHaveLength(1);
    const log = await eventually(async () => {
      const { body } = await app.call<{ items: { status: string }[] }>('GET', `/errors/alerts/${alert.id}/deliveries`, {
        token: admin,
      });
      return body.items[0]?.status === 'delivered' ? body.items : undefined;
    });
    expect(log).toMatchObject([{ event: 'new', attempts: 1, lastStatus: 204, lastError: null, nextAttemptAt: null }]);
  });

  it('call again after a failure, and for each regression', async () => {
    answers.set('/back', [500]);
    const alert = await newAlert('/back', { event: 'regressed' });
    await report('BackError');
    const resolve = async (): Promise<void> => {
      const group = await eventually(async () => {
        const { body } = await app.call<{ items: { id: string; status: string }[] }>('GET', '/errors?text=BackError', {
          token: developer,
        });
        return body.items[0];
      });
      await app.call('PATCH', `/errors/${group.id}`, { token: developer, body: { status: 'resolved' } });
    };
    await resolve();
    await report('BackError');
    await callTo('/back', 1);
    const failed = await app.call<{ items: Record<string, unknown>[] }>(
      'GET',
      `/errors/alerts/${alert.id}/deliveries`,
      {
        token: admin,
      },
    );
    expect(failed.body.items).toMatchObject([{ status: 'pending', attempts: 1 }]);
    const { text: metrics } = await app.call('GET', '/metrics');
    expect(metrics).toContain('devskyy_error_alert_calls_total{outcome="failed"} 1');
    expect(metrics).toMatch(/devskyy_error_alert_calls_total\{outcome="delivered"\} [1-9]/);
    const second = await callTo('/back', 2);
    expect(second.body).toMatchObject({ event: 'regressed', group: { status: 'regressed' } });
    await resolve();
    await report('BackError');
    await callTo('/back', 3);
  });

  it('tell a chat in one message', async () => {
    await newAlert('/chat', { event: 'new', channel: 'chat', name: 'On call' });
    await report('ChattyError');
    const { raw } = await callTo('/chat');
    const message = 'A new error (`On call`, medium) in `alerting`: `ChattyError: x`';
    expect(JSON.parse(raw)).toEqual({ text: expect.stringContaining(message) });
  });

  it('call when a group comes too often', async () => {
    await newAlert('/often', { event: 'rate', ratePerMinute: 9 });
    for (let count = 0; count < 10; count++) await report('OftenError');
    const call = await callTo('/often');
    expect(call.body).toMatchObject({ event: 'rate', group: { title: 'OftenError: x' } });
  });

  it('wait for no receiver but their own', async () => {
    const stuck = await Promise.all(
      Array.from({ length: 6 }, (_, index) => newAlert(`/hanging${index}`, { event: 'new' })),
    );
    await newAlert('/prompt', { event: 'new' });
    for (let kind = 0; kind < 10; kind++) await report(`Paced${String.fromCharCode(65 + kind)}Error`);
    await callTo('/prompt', 10);
    // Meanwhile nobody answered the others, and none of them was asked for everything at once.
    for (const index of stuck.keys()) expect(callsTo(`/hanging${index}`)).toHaveLength(4);
    for (const { id } of stuck) await app.call('DELETE', `/errors/alerts/${id}`, { token: admin });
    for (const response of hanging.splice(0)) response.end();
  });

  it('lose no report when one is deleted as it is about to be told', async () => {
    const alert = await newAlert('/deleted', { event: 'new' });
    const database = app.get(Database);
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await database.transaction(async (tx) => {
      await tx.query('DELETE FROM error_alert WHERE id = $1', [alert.id]);
      await report('OrphanError');
      await eventually(async () => (await database.query(waiting))[0]);
    });
    const found = await eventually(async () => {
      const path = '/errors?text=OrphanError';
      const { body } = await app.call<{ items: { occurrences: number }[] }>('GET', path, { token: developer });
      return body.items[0];
    });
    expect(found).toBeDefined();
  });

  it('are audited when they are made and ended, without their secrets', async () => {
    const { id } = await newAlert('/audited?token=hidden', { event: 'regressed', severity: 'high' });
    await app.call('DELETE', `/errors/alerts/${id}`, { token: admin });
    const { body } = await app.call<{ items: { action: string; actorId: string; details: object }[] }>(
      'GET',
      '/audit-events?limit=2',
      { token: admin },
    );
    const details = { alertId: id, name: 'alert /audited?token=hidden', event: 'regressed', severity: 'high' };
    expect(body.items).toMatchObject([
      { action: 'error_alert.deleted', actorId: expect.any(String), details },
      { action: 'error_alert.created', actorId: expect.any(String), details },
    ]);
    expect(JSON.stringify(body.items.map((item) => ({ ...item.details, name: '' })))).not.toContain('hidden');
  });

  it('are shared by replicas without calling twice', async () => {
    const other = await startTestApp({ AGENTS_ALLOWED_HOSTS: '127.0.0.1' }, app);
    try {
      await newAlert('/shared', { event: 'new' });
      for (let kind = 0; kind < 12; kind++) await report(`Shared${String.fromCharCode(65 + kind)}Error`);
      await callTo('/shared', 12);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(callsTo('/shared')).toHaveLength(12);
    } finally {
      await other.close();
    }
  });

  it('are made with what fits together, by administrators, and their secret is never shown again', async () => {
    const alert = await newAlert('/secret', { event: 'new', secret: 'sixteen letters at least' });
    const shown = await app.call('GET', `/errors/alerts/${alert.id}`, { token: admin });
    const list = await app.call('GET', '/errors/alerts', { token: admin });
    const rows = await app.get(Database).query('SELECT t::text FROM error_alert t');
    for (const text of [shown.text, list.text, JSON.stringify(rows)]) expect(text).not.toContain('sixteen letters');
    const wrong: Record<string, unknown>[] = [
      { event: 'rate' },
      { event: 'new', ratePerMinute: 1 },
      { event: 'sometimes' },
      { event: 'new', url: 'ftp://example.com' },
      { event: 'new', url: 'http://10.0.0.1/' },
      { event: 'new', url: 'http://169.254.169.254/latest' },
      { event: 'new', url: 'http://localhost:1/' },
      { event: 'new', url: 'http://user:pass@example.com/' },
      { event: 'new', secret: 'short' },
      { event: 'new', channel: 'smoke' },
    ];
    for (const fields of wrong) {
      const body = { name: 'x', url: 'https://example.com/', ...fields };
      const { status } = await app.call('POST', '/errors/alerts', { token: admin, body });
      expect([fields, status]).toEqual([fields, 422]);
    }
    expect((await app.call('GET', '/errors/alerts', { token: developer })).status).toBe(403);
    expect((await app.call('DELETE', `/errors/alerts/${alert.id}`, { token: admin })).status).toBe(204);
    expect((await app.call('DELETE', `/errors/alerts/${alert.id}`, { token: admin })).status).toBe(404);
    expect((await app.call('GET', `/errors/alerts/${alert.id}/deliveries`, { token: admin })).status).toBe(404);
  });
});
