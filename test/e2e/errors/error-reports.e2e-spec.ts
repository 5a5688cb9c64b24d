import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Database } from '#platform/database';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from './eventually.js';

interface Group {
  id: string;
  title: string;
  status: string;
  count: number;
  severity: string;
  lastSeen: string;
  why: { version: string; basis: string; parts: string[] };
}

interface Occurrence {
  errorId: string;
  groupId: string;
  errorMessage: string;
  context: Record<string, unknown> | null;
  sourceFile: string | null;
  sourceLine: number | null;
  resolved: boolean;
}

const STACK = `DeclinedError: declined
    at charge (/srv/shop/src/payments.ts:41:11)
    at processTicksAndRejections (node:internal/process/task_queues:95:5)`;

describe('reporting errors', () => {
  let app: TestApp;
  let token: string;
  let developer: string;

  beforeAll(async () => {
    app = await startTestApp();
    token = await app.tokenFor('API_USER');
    developer = await app.tokenFor('DEVELOPER');
  });
  afterAll(() => app.close());

  const report = (body: unknown): Promise<{ status: number; body: { ids: string[] } }> =>
    app.call<{ ids: string[] }>('POST', '/api/v1/errors', { token, body });
  const find = async (errorId: string): Promise<Occurrence> =>
    eventually(async () => {
      const answer = await app.call<Occurrence>('GET', `/api/v1/errors/occurrences/${errorId}`, { token: developer });
      return answer.status === 200 ? answer.body : undefined;
    });
  const groupOf = async (errorId: string): Promise<Group> => {
    const { groupId } = await find(errorId);
    return (await app.call<Group>('GET', `/api/v1/errors/${groupId}`, { token })).body;
  };

  /** Waits until everything that was accepted is in the database. */
  const settled = (): Promise<true> =>
    eventually(async () => {
      const { body } = await app.call<{ conservation: { backlog: number } }>('GET', '/errors/statistics', { token });
      return body.conservation.backlog === 0 ? true : undefined;
    });

  it('accepts one report and finds it again', async () => {
    const answer = await report({
      errorType: 'DeclinedError',
      message: 'declined',
      stackTrace: STACK,
      severity: 'high',
      category: 'external_api',
      context: { orderId: 'A-1' },
      service: 'shop',
      release: '1.2.3',
      timestamp: '2026-11-24T10:15:30.000Z',
    });
    expect(answer.status).toBe(202);
    expect(answer.body.ids).toHaveLength(1);
    const occurrence = await find(answer.body.ids[0] ?? '');
    expect(occurrence).toMatchObject({
      errorType: 'DeclinedError',
      errorMessage: 'declined',
      sourceFile: '/srv/shop/src/payments.ts',
      sourceLine: 41,
      service: 'shop',
      context: { orderId: 'A-1' },
      resolved: false,
    });
    const group = await groupOf(occurrence.errorId);
    expect(group).toMatchObject({ title: 'DeclinedError: declined', status: 'open', count: 1, severity: 'high' });
    expect(group.why).toMatchObject({ version: 'g4', basis: 'stack' });
  });

  it('shows context to developers only', async () => {
    const { body } = await report({ errorType: 'E', message: 'context', context: { orderId: 'A-2' } });
    const id = body.ids[0] ?? '';
    await find(id);
    const reader = await app.tokenFor('READ_ONLY');
    const answer = await app.call<Occurrence>('GET', `/api/v1/errors/occurrences/${id}`, { token: reader });
    expect(answer.body.context).toBeNull();
  });

  it('refuses a batch with a wrong member whole, naming every fault', async () => {
    const answer = await app.call<{ errors: { path: string }[] }>('POST', '/api/v1/errors', {
      token,
      body: {
        errors: [
          { errorType: 'A', message: 'fine' },
          { errorType: '', message: 7, nonsense: 1 },
        ],
      },
    });
    expect(answer.status).toBe(422);
    const paths = answer.body.errors.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['errors.1.errorType', 'errors.1.message', 'errors.1.nonsense']));
  });

  it.each([
    [[]],
    ['text'],
    [null],
    [{ errors: [] }],
    [{ errors: 'x' }],
    [{ errors: [null] }],
    [{ errors: [[]] }],
    [{ errorType: ['x'], message: {} }],
    [{ errorType: 'x', message: 'x', errors: [] }],
    [{ errorType: 'x', message: 'x', severity: 'fatal' }],
    [{ errorType: 'x', message: 'x', context: [] }],
    [{ errorType: 'x', message: 'x', timestamp: 'yesterday' }],
    [{ errorType: 'x', message: 'x', timestamp: '+275760-09-13T00:00:00Z' }],
    [{ errorType: 'x', message: 'x', fingerprint: [{}] }],
    [{ errors: Array.from({ length: 101 }, () => ({ errorType: 'x', message: 'x' })) }],
  ])('answers a malformed report with a 4xx: %#', async (body) => {
    const { status } = await app.call('POST', '/api/v1/errors', { token, body });
    expect([400, 422]).toContain(status);
  });

  it('stores odd but valid values', async () => {
    const body =
      '{"errorType":"Odd","message":"","context":{"big":1e308,"huge":1e400,"zero":-0,"emoji":"\\ud83d\\ude00"}}';
    const answer = await app.call<{ ids: string[] }>('POST', '/api/v1/errors', { token, body });
    expect(answer.status).toBe(202);
    await find(answer.body.ids[0] ?? '');
  });

  it('counts exactly when 64 report at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, index) =>
        report({ errorType: 'RaceError', message: `user ${index} lost the race`, service: 'race' }),
      ),
    );
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    for (const { body } of answers) await find(body.ids[0] ?? '');
    expect(await groupOf(answers[0]?.body.ids[0] ?? '')).toMatchObject({ count: 64 });
    const list = await app.call<{ items: Group[] }>('GET', '/api/v1/errors?service=race', { token });
    expect(list.body.items).toHaveLength(1);
  });

  it('reopens a resolved group as regressed', async () => {
    const first = await report({ errorType: 'Comeback', message: 'x', release: '1.0.0' });
    const { id } = await groupOf(first.body.ids[0] ?? '');
    const triage = (body: unknown): Promise<{ status: number; body: Group }> =>
      app.call<Group>('PATCH', `/api/v1/errors/${id}`, { token: developer, body });
    const resolved = await triage({ status: 'resolved', notes: 'fixed', inRelease: '1.1.0' });
    expect(resolved.body).toMatchObject({ status: 'resolved', notes: 'fixed', resolvedInRelease: '1.1.0' });
    const old = await report({ errorType: 'Comeback', message: 'x', release: '1.0.9' });
    expect(await groupOf(old.body.ids[0] ?? '')).toMatchObject({ status: 'resolved', count: 2 });
    const fresh = await report({ errorType: 'Comeback', message: 'x', release: '1.1.0' });
    expect(await groupOf(fresh.body.ids[0] ?? '')).toMatchObject({ status: 'regressed', count: 3 });
    expect((await triage({ inRelease: '2.0.0' })).status).toBe(422);
    expect((await triage({ status: 'ignored', ignoreCount: 1 })).body.status).toBe('ignored');
    const third = await report({ errorType: 'Comeback', message: 'x' });
    expect(await groupOf(third.body.ids[0] ?? '')).toMatchObject({ status: 'ignored' });
    const fourth = await report({ errorType: 'Comeback', message: 'x' });
    expect(await groupOf(fourth.body.ids[0] ?? '')).toMatchObject({ status: 'open' });
    const denied = await app.call('PATCH', `/api/v1/errors/${id}`, { token, body: { status: 'open' } });
    expect(denied.status).toBe(403);
  });

  it('pages through groups in every order, without repeating or missing one', async () => {
    await settled();
    for (const sort of ['lastSeen', 'count', 'firstSeen']) {
      const ids: string[] = [];
      for (let cursor = ''; ;) {
        const query = `sort=${sort}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
        const { body } = await app.call<{ items: Group[]; nextCursor: string | null }>('GET', `/errors?${query}`, {
          token,
        });
        ids.push(...body.items.map(({ id }) => id));
        if (body.nextCursor === null) break;
        cursor = body.nextCursor;
      }
      const all = await app.call<{ items: Group[] }>('GET', `/errors?sort=${sort}&limit=100`, { token });
      expect(ids).toEqual(all.body.items.map(({ id }) => id));
    }
  });

  it('filters groups', async () => {
    const { body } = await report({
      errorType: 'Filtered',
      message: '100% odd_text',
      service: 'filters',
      release: '9.9.9',
      environment: 'staging',
      severity: 'critical',
      category: 'network',
    });
    const { id } = await groupOf(body.ids[0] ?? '');
    const matches = async (query: string): Promise<boolean> => {
      const answer = await app.call<{ items: Group[] }>('GET', `/errors?service=filters&${query}`, { token });
      expect(answer.status).toBe(200);
      return answer.body.items.some((group) => group.id === id);
    };
    const hits = ['severity=critical', 'category=network', 'status=open', 'release=9.9.9', 'environment=staging'];
    for (const query of [...hits, 'text=100%25%20ODD_', 'since=2026-01-01T00:00:00Z']) {
      expect([query, await matches(query)]).toEqual([query, true]);
    }
    const misses = ['severity=low', 'category=agent', 'status=resolved', 'release=1', 'environment=production'];
    for (const query of [...misses, 'text=100_', 'since=2126-01-01T00:00:00Z']) {
      expect([query, await matches(query)]).toEqual([query, false]);
    }
    for (const query of ['sort=name', 'since=x', 'severity=x', 'limit=0', 'hours=1', 'text=']) {
      expect((await app.call('GET', `/errors?${query}`, { token })).status).toBe(422);
    }
  });

  it('keeps secrets out of answers, tables and files', async () => {
    const secret = 'Hunter2-very-secret-9f';
    const card = '4111 1111 1111 1111';
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJlLXh5eg';
    const loaded = `password=${secret} Authorization: Token ${secret} https://u:${secret}@h/?api_key=${secret} ${card} ${jwt}`;
    const field = `x?token=${secret}`;
    const { status, body } = await report({
      errorType: field,
      message: `${loaded} {"password":"${secret}"} {\\"password\\":\\"${secret}\\"}`,
      stackTrace: `E: ${loaded}\n    at f (/srv/a.js?token=${secret}:1:2)\nCookie: a=b; session=${secret}`,
      context: {
        password: secret,
        nested: [{ apiKey: secret, note: loaded, [`token=${secret}`]: 1 }],
        headers: { cookie: secret },
      },
      correlationId: field,
      userId: field,
      endpoint: `/login?password=${secret}`,
      method: `token=${secret}`.slice(0, 20),
      service: field,
      release: field,
      environment: field,
      fingerprint: [field],
    });
    expect(status).toBe(202);
    const occurrence = await find(body.ids[0] ?? '');
    const group = await groupOf(occurrence.errorId);
    const tables = app.get(Database);
    const rows = JSON.stringify([
      await tables.query('SELECT * FROM error_occurrence'),
      await tables.query('SELECT * FROM error_group'),
      await tables.query('SELECT * FROM error_group_presence'),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const files = (await filesBelow(app.dir)).join('\n');
    for (const text of [JSON.stringify(occurrence), JSON.stringify(group), rows, files]) {
      expect(text).not.toContain('Hunter2');
      expect(text).not.toContain('1111 1111');
      expect(text).not.toContain('eyJzdWIi');
    }
    expect(files).toContain(occurrence.errorId);
  });

  it.each([
    ['g2', 'user <id> not found'],
    ['g3', 'user <id> not found'],
  ])('goes on with groups that the rules of %s made', async (version, template) => {
    const ids: string[] = [];
    const failure = { errorType: 'FormerError', message: 'user 42 not found', service: `former-${version}` };
    ids.push((await report(failure)).body.ids[0] ?? '');
    const group = await groupOf(ids[0] ?? '');
    const parts = JSON.stringify(['type:FormerError', `message:${template}`]);
    const formerKey = `${version}:${createHash('sha256').update(parts).digest('hex').slice(0, 32)}`;
    await app
      .get(Database)
      .execute(`UPDATE error_group SET grouping_key = $2, status = 'ignored' WHERE id = $1`, [group.id, formerKey]);
    const again = await Promise.all(
      ['user 7 not found', 'user a9f3 not found'].map((message) => report({ ...failure, message })),
    );
    for (const { body } of again) {
      expect(await groupOf((await find(body.ids[0] ?? '')).errorId)).toMatchObject({ id: group.id, status: 'ignored' });
    }
    expect((await groupOf(ids[0] ?? '')).why).toMatchObject({ version: 'g4' });
  });

  it('keeps the sums of statistics as what they are sums of', async () => {
    await settled();
    const database = app.get(Database);
    const [differing] = await database.query<{ hours: string; days: string }>(
      `SELECT
         (SELECT count(*) FROM (
           SELECT h.hour, g.service, h.severity, h.category, sum(h.count) FROM error_group_hour h
           JOIN error_group g ON g.id = h.group_id GROUP BY 1, 2, 3, 4
           EXCEPT SELECT hour, service, severity, category, count FROM error_hour
         ) x) AS hours,
         (SELECT count(*) FROM (
           SELECT date_trunc('day', hour, 'UTC'), group_id, sum(count) FROM error_group_hour GROUP BY 1, 2
           EXCEPT SELECT day, group_id, count FROM error_group_day
         ) y) AS days`,
    );
    expect(differing).toEqual({ hours: '0', days: '0' });
    const { body } = await app.call<{ topGroups: { id: string; count: number }[] }>(
      'GET',
      '/api/v1/errors/statistics?hours=168',
      { token },
    );
    const top = await database.query<{ id: string; count: string }>(
      `SELECT coalesce(g.merged_into, g.id) AS id, sum(h.count) AS count FROM error_group_hour h
       JOIN error_group g ON g.id = h.group_id WHERE h.hour > now() - interval '168 hours'
       GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10`,
    );
    expect(body.topGroups.map(({ id, count }) => [id, count])).toEqual(top.map(({ id, count }) => [id, Number(count)]));
  });

  it('adds up', async () => {
    await settled();
    const { body } = await app.call<{
      total: number;
      series: unknown[];
      bySeverity: Record<string, number>;
      conservation: Record<string, number>;
    }>('GET', '/errors/statistics?hours=48', { token });
    const { received, ...rest } = body.conservation;
    expect(received).toBe(Object.values(rest).reduce((sum, count) => sum + count, 0));
    expect(received).toBeGreaterThan(64);
    expect(body.series).toHaveLength(48);
    expect(Object.values(body.bySeverity).reduce((sum, count) => sum + count, 0)).toBe(body.total);
    const metrics = await app.call('GET', '/metrics');
    expect(metrics.text).toContain('devskyy_error_ledger_reports{state="received"}');
  });

  it('tells all counts of a run from one moment', async () => {
    const sending = Array.from({ length: 40 }, (_, index) =>
      report({ errorType: 'CountedError', message: `m${index}` }),
    );
    for (let look = 0; look < 10; look++) {
      const { body } = await app.call<{ items: Record<string, number>[] }>('GET', '/errors/runs', { token: developer });
      const { received, stored, duplicate, quarantined, backlog, refused } = body.items[0] ?? {};
      expect(received).toBe(
        [stored, duplicate, quarantined, backlog, refused].reduce<number>((a, b) => a + (b ?? NaN), 0),
      );
    }
    await Promise.all(sending);
  });

  it('serves runs, their artifact and their report', async () => {
    const runs = await app.call<{ items: { runId: string }[] }>('GET', '/errors/runs', { token: developer });
    const runId = runs.body.items[0]?.runId ?? '';
    expect(runId).toMatch(/^\d{8}_\d{6}_[0-9a-f]{8}$/);
    const [artifact, report] = await eventually(async () => {
      const { body } = await app.call<{
        metadata: { run_id: string };
        errors: unknown[];
        statistics: { total_errors: number };
      }>('GET', `/errors/runs/${runId}`, { token: developer });
      const { text } = await app.call('GET', `/errors/runs/${runId}/report`, { token: developer });
      // What was reported just before is written meanwhile.
      return text.includes(`Total Errors: ${body.errors.length}\n`) ? [body, text] : undefined;
    });
    expect(artifact.metadata.run_id).toBe(runId);
    expect(artifact.statistics.total_errors).toBe(artifact.errors.length);
    expect(report).toContain('ERROR LEDGER REPORT');
    for (const route of ['runs/x', 'runs/x/report', '0198f3c2-0000-7000-8000-000000000000']) {
      expect((await app.call('GET', `/errors/${route}`, { token: developer })).status).toBe(404);
    }
    expect((await app.call('GET', '/errors/runs', { token })).status).toBe(403);
  });

  it('records a request that really fails', async () => {
    const database = app.get(Database);
    await database.query('ALTER TABLE error_run RENAME TO error_run_away');
    const failed = await app.call<{ errorId: string }>('GET', '/errors/runs', { token: developer });
    await database.query('ALTER TABLE error_run_away RENAME TO error_run');
    expect(failed.status).toBeGreaterThanOrEqual(500);
    expect(failed.body.errorId).toBeDefined();
    const occurrence = await find(failed.body.errorId);
    expect(occurrence).toMatchObject({ endpoint: '/api/v1/errors/runs', method: 'GET', category: 'database' });
  });
});

async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((entry) => readFile(path.join(entry.parentPath, entry.name), 'utf8')));
}
