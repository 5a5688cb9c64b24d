import { Database } from '#platform/database';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from './eventually.js';

let app: TestApp;
let developer: string;

beforeAll(async () => {
  app = await startTestApp();
  developer = await app.tokenFor('DEVELOPER');
});
afterAll(() => app.close());

async function report(target: TestApp, errors: unknown[]): Promise<string[]> {
  const { body } = await target.call<{ ids: string[] }>('POST', '/errors', { token: developer, body: { errors } });
  await eventually(async () => {
    const [row] = await app
      .get(Database)
      .query<{ stored: string }>('SELECT count(*) AS stored FROM error_occurrence WHERE id = ANY($1::uuid[])', [
        body.ids,
      ]);
    return Number(row?.stored) === body.ids.length ? true : undefined;
  });
  return body.ids;
}

describe('the export', () => {
  const text = 'a, "quoted"\nsecond line';
  let ids: string[];

  beforeAll(async () => {
    ids = [];
    for (let batch = 0; batch < 5; batch++) {
      const errors = Array.from({ length: 100 }, (_, index) => ({
        errorType: 'ExportError',
        message: index === 0 ? text : `number ${batch * 100 + index}`,
        service: 'export',
        release: '=cmd()',
        severity: index % 2 === 0 ? 'high' : 'low',
        context: { index },
      }));
      ids.push(...(await report(app, errors)));
    }
  });

  it('gives every occurrence once as JSON', async () => {
    const { status, body, headers } = await app.call<{ errorId: string; context: unknown }[]>(
      'GET',
      '/errors/export?format=json&service=export',
      { token: developer },
    );
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toBe('attachment; filename="errors.json"');
    expect(body.map(({ errorId }) => errorId).sort()).toEqual([...ids].sort());
    expect(body[0]).toMatchObject({ context: { index: expect.any(Number) } });
  });

  it('gives the same as lines of JSON, and narrows', async () => {
    const answer = await app.call('GET', '/errors/export?format=ndjson&service=export&severity=high', {
      token: developer,
    });
    const rows = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { severity: string });
    expect(rows).toHaveLength(250);
    expect(rows.every(({ severity }) => severity === 'high')).toBe(true);
    const none = await app.call('GET', '/errors/export?since=2126-01-01T00:00:00Z', { token: developer });
    expect(none.body).toEqual([]);
  });

  it('gives a table that no spreadsheet executes', async () => {
    const { text: csv, headers } = await app.call('GET', '/errors/export?format=csv&service=export', {
      token: developer,
    });
    expect(headers.get('content-type')).toContain('text/csv');
    expect(csv.startsWith('errorId,groupId,runId,timestamp,')).toBe(true);
    expect(csv).toContain(`,"${text.replaceAll('"', '""')}",export,'=cmd(),`);
    expect(csv.split('\r\n')).toHaveLength(502);
  });

  it('is for developers, and knows its words', async () => {
    const reader = await app.tokenFor('READ_ONLY');
    expect((await app.call('GET', '/errors/export', { token: reader })).status).toBe(403);
    for (const query of ['format=xml', 'since=x', 'limit=1']) {
      expect((await app.call('GET', `/errors/export?${query}`, { token: developer })).status).toBe(422);
    }
  });
});

describe('the difference between two runs', () => {
  it('names what is new, fixed and back', async () => {
    const kind = (name: string): unknown => ({ errorType: name, message: 'x', service: 'diff' });
    await report(app, [kind('BackError')]);
    const earlier = await startTestApp({}, app);
    await report(earlier, [kind('FixedError'), kind('FixedError'), kind('SameError'), kind('ReturnedError')]);
    const found = await app.call<{ items: { id: string }[] }>('GET', '/errors?text=ReturnedError', {
      token: developer,
    });
    const resolved = { token: developer, body: { status: 'resolved' } };
    expect((await app.call('PATCH', `/errors/${found.body.items[0]?.id}`, resolved)).status).toBe(200);
    await earlier.app.close();
    const later = await startTestApp({}, app);
    await report(later, [kind('NewError'), kind('SameError'), kind('BackError'), kind('ReturnedError')]);
    await later.close();
    const runs = await app.call<{ items: { runId: string; startedAt: string }[] }>('GET', '/errors/runs', {
      token: developer,
    });
    const [third, second] = runs.body.items.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    const { body } = await app.call<Record<string, { title: string; before: number; after: number }[]>>(
      'GET',
      `/errors/runs/${second?.runId}/diff/${third?.runId}`,
      { token: developer },
    );
    expect(body).toMatchObject({
      new: [{ title: 'NewError: x', before: 0, after: 1 }],
      fixed: [{ title: 'FixedError: x', before: 2, after: 0 }],
      unchanged: 1,
    });
    const back = body['regressed']?.map(({ title, before, after }) => [title, before, after]).sort();
    expect(back).toEqual([
      ['BackError: x', 0, 1],
      ['ReturnedError: x', 1, 1],
    ]);
    const missing = await app.call('GET', `/errors/runs/${second?.runId}/diff/none`, { token: developer });
    expect(missing.status).toBe(404);
  });
});
