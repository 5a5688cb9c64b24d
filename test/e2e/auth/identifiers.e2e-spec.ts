import { type ImportedLine, UserImportService } from '#auth';
import { Database } from '#platform/database';
import { startTestApp, TEST_PASSWORD, type TestApp } from '../../support/test-app.js';

describe('identifiers', () => {
  let app: TestApp;
  let number = 0;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  const register = (email: string, username = `somebody${++number}`) =>
    app.call('POST', '/api/v1/auth/register', { body: { email, username, password: TEST_PASSWORD } });
  const logIn = (identifier: string) =>
    app.call<{ user: { email: string } }>('POST', '/api/v1/auth/login', {
      body: { identifier, password: TEST_PASSWORD },
    });
  const take = async (email: string): Promise<ImportedLine['verdict'] | undefined> => {
    async function* lines(): AsyncGenerator<string> {
      yield await Promise.resolve(JSON.stringify({ email, username: `somebody${++number}` }));
    }
    for await (const { verdict } of app.get(UserImportService).import(lines())) return verdict;
    return undefined;
  };

  it.each([
    ['é@accents.test', 'É@accents.test'],
    ['e\u0301\u0323@composed.test', '\u1eb9\u0301@composed.test'],
    ['ada@bücher.test', 'ADA@xn--bcher-kva.test'],
    ['ada@xn--mnchen-3ya.test', 'ada@MÜNCHEN.test'],
    ['straße@fold.test', 'STRASSE@fold.test'],
  ])('make one account of %j and %j, at every door', async (one, other) => {
    expect((await register(one)).status).toBe(201);
    expect((await register(other)).body).toMatchObject({ code: 'AUTH.IDENTITY_TAKEN', status: 409 });
    const token = await app.tokenFor('SUPER_ADMIN');
    const made = await app.call('POST', '/api/v1/users', {
      token,
      body: { email: other, username: `somebody${++number}`, role: 'READ_ONLY' },
    });
    expect(made.status).toBe(409);
    expect(await take(other)).toBe('taken');
    for (const identifier of [one, other, ` ${other}\u00a0`]) {
      const { status, body } = await logIn(identifier);
      expect([status, body.user.email]).toEqual([200, one]);
    }
  });

  it.each([
    '"vic"@example.net',
    '"v\\ic"@example.net',
    'vi\u202ec@example.net',
    'vi\u00adc@example.net',
    'vic@example.net\u200d',
    'v\u2066ic@example.net',
  ])('are no other spelling of a mailbox that has one: %j', async (email) => {
    expect((await register(email)).body).toMatchObject({ status: 422, errors: [{ path: 'email' }] });
    expect(await take(email)).toBe('refused');
  });

  it('are taken without the blanks around them, at every door', async () => {
    const made = await register(' \tblank@example.com\n', ' blank-name ');
    expect(made.body).toMatchObject({ email: 'blank@example.com', username: 'blank-name' });
    expect((await logIn('\u00a0 Blank-Name  ')).status).toBe(200);
    const forgot = await app.call('POST', '/api/v1/auth/password/forgot', { body: { email: ' BLANK@example.com ' } });
    expect(forgot.status).toBe(204);
    const mailed = await app.get(Database).query(
      `SELECT 1 FROM one_time_token t JOIN user_account u ON u.id = t.user_id
       WHERE u.username = 'blank-name'`,
    );
    expect(mailed).toHaveLength(2);
    expect(await take('\ufefffresh@example.com ')).toBe('created');
    expect((await logIn('')).status).toBe(422);
    expect((await logIn('   ')).status).toBe(422);
  });

  it('make one account of parallel registrations', async () => {
    const forms = ['zoë@race.test', 'ZOË@race.test', 'zoe\u0308@race.test', 'Zoe\u0308@RACE.test'];
    const answers = await Promise.all(forms.map((email) => register(email)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  });
});
