import { AuditReadService } from '#auth';
import { Database } from '#platform/database';
import { newPerson } from '../../support/people.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface Event {
  action: string;
  actorId: string | null;
  actorName: string | null;
  subjectId: string | null;
  subjectName: string | null;
  occurredAt: string;
}

describe('the audit trail', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  const ask = async (query: string) =>
    app.call<{ items: Event[]; code?: string; errors?: object[] }>('GET', `/api/v1/audit-events?${query}`, {
      token: await app.tokenFor('ADMIN'),
    });
  const nameOf = async (id: string): Promise<string> => {
    const sql = 'SELECT username FROM user_account WHERE id = $1';
    return (await app.get(Database).query<{ username: string }>(sql, [id]))[0]?.username ?? '';
  };

  it('names who did it and to whom, until they are deleted', async () => {
    const [admin, who] = [await newPerson(app, 'ADMIN'), await newPerson(app, 'READ_ONLY')];
    const [adminName, name] = [await nameOf(admin.id), await nameOf(who.id)];
    const change = { token: admin.token, body: { role: 'API_USER' } };
    expect((await app.call('PATCH', `/api/v1/users/${who.id}`, change)).status).toBe(200);
    const changed = `action=user.changed&subjectId=${who.id}`;
    expect((await ask(changed)).body.items).toMatchObject([
      { actorId: admin.id, actorName: adminName, subjectId: who.id, subjectName: name },
    ]);
    await app.call('POST', '/api/v1/auth/login', { body: { identifier: 'nobody-at-all', password: 'x' } });
    expect((await ask('action=login.failed&limit=1')).body.items).toMatchObject([
      { actorName: null, subjectId: null, subjectName: null },
    ]);

    await app.call('DELETE', `/api/v1/users/${who.id}`, { token: admin.token });
    expect((await ask(changed)).body.items).toMatchObject([{ actorName: adminName, subjectName: null }]);
    const whole = await ask(`subjectId=${who.id}&limit=100`);
    expect(whole.text).not.toContain(name);
    expect(whole.body.items[0]).toMatchObject({ action: 'user.deleted', actorName: adminName, subjectId: who.id });
    expect((await app.get(AuditReadService).verify()).isIntact).toBe(true);
  });

  it('takes a date for its whole day', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const all = (await ask('limit=100')).body.items.length;
    // A test that begins before midnight may end after it.
    const [first] = (await ask('limit=1')).body.items;
    const day = first?.occurredAt.slice(0, 10) ?? today;
    expect((await ask(`until=${day}&limit=100`)).body.items.length).toBeGreaterThanOrEqual(all);
    expect((await ask(`since=${day}&until=${day}`)).body.items.length).toBeGreaterThan(0);
    expect((await ask(`until=${day}T00:00:00Z&since=${day}`)).body.items).toEqual([]);
  });

  it('says so when a span ends before it begins', async () => {
    for (const query of [
      'since=2026-12-01&until=2026-11-30',
      'since=2026-11-30T12:00:01Z&until=2026-11-30T12:00:00Z',
    ]) {
      const { status, body } = await ask(query);
      expect({ status, ...body }).toMatchObject({
        status: 422,
        code: 'VALIDATION.FAILED',
        errors: [{ path: 'since', code: 'isBefore' }],
      });
    }
  });
});
