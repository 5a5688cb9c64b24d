import { Database } from '#platform/database';
import { type Answer, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let admin: string;

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.tokenFor('ADMIN');
});
afterAll(() => app.close());

const post = (route: string, key: string, body?: unknown): Promise<Answer> =>
  app.call('POST', route, { token: admin, headers: { 'idempotency-key': key }, body });

const count = async (table: string): Promise<number> =>
  Number((await app.get(Database).query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n);

describe('making projects, keys and alerts under an Idempotency-Key', () => {
  it('is done once, and answered alike', async () => {
    const alert = { name: 'new', event: 'new', url: 'https://example.com/hook' };
    const project = await post('/errors/projects', 'a-project', { name: 'shop' });
    expect([project.status, project.headers.get('idempotent-replayed')]).toEqual([201, null]);
    const requests: [string, string, unknown][] = [
      ['/errors/projects', 'a-project', { name: 'shop' }],
      [`/errors/projects/${String(project.body['id'])}/keys`, 'a-key', undefined],
      ['/errors/alerts', 'an-alert', alert],
    ];
    for (const [route, key, body] of requests) {
      const first = await post(route, key, body);
      const tables = ['error_project', 'error_project_key', 'error_alert'];
      const before = await Promise.all(tables.map(count));
      const again = await post(route, key, body);
      expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
      // The alert's secret too: whoever lost the first answer has no other way to it.
      expect(again.body).toEqual(first.body);
      expect(await Promise.all(tables.map(count))).toEqual(before);
    }
    const kept = JSON.stringify(await app.get(Database).query('SELECT * FROM idempotent_request'));
    const { body } = await post('/errors/alerts', 'an-alert', alert);
    expect(kept).not.toContain(String(body['secret']));
  });

  it('is done once however many ask at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => post('/errors/projects', 'raced', { name: 'raced' })),
    );
    const made = answers.filter(({ status }) => status === 201);
    const busy = answers.filter(({ status }) => status === 409);
    expect(made.length).toBeGreaterThan(0);
    expect(made.length + busy.length).toBe(12);
    expect(new Set(made.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    for (const { body, headers } of busy) {
      expect([body['code'], headers.get('retry-after')]).toEqual(['IDEMPOTENCY.IN_FLIGHT', '1']);
    }
  });

  it('names the fields in which another request under the key differs', async () => {
    await post('/errors/projects', 'differs', { name: 'one', retentionDays: 3 });
    const other = await post('/errors/projects', 'differs', { name: 'two', retentionDays: 3 });
    expect(other.status).toBe(422);
    expect(other.body).toMatchObject({ code: 'IDEMPOTENCY.KEY_REUSED', errors: [{ path: 'name' }] });
    const elsewhere = await post('/errors/alerts', 'differs', {
      name: 'one',
      event: 'new',
      url: 'https://example.com/',
    });
    expect(elsewhere.body['code']).toBe('IDEMPOTENCY.KEY_REUSED');
    expect((await post('/errors/projects', 'has blanks', { name: 'x' })).status).toBe(400);
  });

  it('repeats a rejection, also when its reason is gone', async () => {
    const { body: taken } = await post('/errors/projects', 'takes', { name: 'taken' });
    const first = await post('/errors/projects', 'too-late', { name: 'taken' });
    expect([first.status, first.body['code']]).toEqual([409, 'ERRORS.PROJECT_NAME_TAKEN']);
    await app.call('DELETE', `/errors/projects/${String(taken['id'])}`, { token: admin });
    const again = await post('/errors/projects', 'too-late', { name: 'taken' });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([409, 'true']);
    expect(again.body['code']).toBe('ERRORS.PROJECT_NAME_TAKEN');
    expect((await post('/errors/projects', 'another', { name: 'taken' })).status).toBe(201);
  });
});
