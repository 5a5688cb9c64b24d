import { Database } from '#platform/database';
import { newPerson } from '../../support/people.js';
import { startTestApp, TEST_PASSWORD, type TestApp } from '../../support/test-app.js';

interface Listed {
  id: string;
  username: string;
  role: string;
  isActive: boolean;
}
type Page = { items: Listed[]; nextCursor: string | null };

describe('users', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  const database = (): Database => app.get(Database);
  const logIn = (identifier: string, password = TEST_PASSWORD) =>
    app.call<{ accessToken: string; refreshToken: string }>('POST', '/api/v1/auth/login', {
      body: { identifier, password },
    });
  describe('are found', () => {
    const made: Record<string, string> = {};
    beforeAll(async () => {
      const token = await app.tokenFor('SUPER_ADMIN');
      const people = [
        ['findme-one', 'Zoé.Noether@find.test', 'Emmy Noether', 'DEVELOPER'],
        ['findme-two', 'second@bücher.test', 'Ada ÖZTÜRK', 'API_USER'],
        ['findme-three', 'third_100%@find.test', null, 'DEVELOPER'],
      ] as const;
      for (const [username, email, fullName, role] of people) {
        const body = { username, email, role, ...(fullName === null ? {} : { fullName }) };
        const answer = await app.call<{ id: string }>('POST', '/api/v1/users', { token, body });
        made[username] = answer.body.id;
      }
      await app.call('PATCH', `/api/v1/users/${made['findme-three']}`, { token, body: { isActive: false } });
    });
    const find = async (query: Record<string, string>): Promise<string[]> => {
      const token = await app.tokenFor('ADMIN');
      const { status, body } = await app.call<Page>('GET', `/api/v1/users?${new URLSearchParams(query).toString()}`, {
        token,
      });
      expect(status).toBe(200);
      return body.items.map(({ username }) => username);
    };

    it.each([
      [{ text: 'FINDME' }, ['findme-three', 'findme-two', 'findme-one']],
      [{ text: 'noeth' }, ['findme-one']],
      [{ text: 'ZOE\u0301.NOETHER@find.test' }, ['findme-one']],
      [{ text: ' öztürk ' }, ['findme-two']],
      [{ text: 'second@xn--bcher-kva.test' }, ['findme-two']],
      [{ text: 'second@BÜCHER.test' }, ['findme-two']],
      [{ text: 'öz' }, ['findme-two']],
      [{ text: '_100%' }, ['findme-three']],
      [{ text: '%' }, []],
      [{ text: 'zz' }, []],
      [{ text: "findme'" }, []],
      [{ text: 'findme', role: 'DEVELOPER' }, ['findme-three', 'findme-one']],
      [{ text: 'findme', isActive: 'false' }, ['findme-three']],
      [{ text: 'findme', isActive: 'true', role: 'DEVELOPER' }, ['findme-one']],
      [{ text: 'findme', role: 'ADMIN' }, []],
      [{ isActive: 'false' }, ['findme-three']],
    ])('by %j', async (query, expected) => expect(await find(query)).toEqual(expected));

    it('by what they are called now', async () => {
      const token = await app.tokenFor('ADMIN');
      const body = { fullName: 'Sofja Kowalewskaja' };
      await app.call('PATCH', `/api/v1/users/${made['findme-one']}`, { token, body });
      expect([await find({ text: 'KOWALEW' }), await find({ text: 'emmy' })]).toEqual([['findme-one'], []]);
    });

    it('page by page, each once', async () => {
      const token = await app.tokenFor('ADMIN');
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const next: string = cursor === null ? '' : `&cursor=${cursor}`;
        const { body }: { body: Page } = await app.call('GET', `/api/v1/users?text=findme&limit=1${next}`, { token });
        seen.push(...body.items.map(({ username }) => username));
        cursor = body.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(['findme-three', 'findme-two', 'findme-one']);
    });

    it('by nothing that is no filter', async () => {
      const token = await app.tokenFor('ADMIN');
      for (const query of ['text=', 'role=ROOT', 'isActive=yes', 'isActive=', 'name=x', `text=${'x'.repeat(101)}`])
        expect({ query, status: (await app.call('GET', `/api/v1/users?${query}`, { token })).status }).toEqual({
          query,
          status: 422,
        });
    });

    it('without reading everybody', async () => {
      await database().execute(
        `INSERT INTO user_account (id, email, username, email_key, username_key, full_name_key, role, created_at, updated_at)
         SELECT gen_random_uuid(), n || '@crowd.test', 'crowd-' || n, n || '@crowd.test', 'crowd-' || n, 'somebody ' || n,
                'READ_ONLY', now() - make_interval(secs => n + 10000), now()
         FROM generate_series(1, 20000) AS n`,
      );
      await database().execute('ANALYZE user_account');
      const filters = [
        `search_text LIKE '%kowalew%'`,
        `search_text LIKE '%nobody at all%'`,
        `search_text LIKE '% öz%'`,
        `search_text LIKE '%crowd%'`,
        `role = 'SUPER_ADMIN'`,
        `NOT is_active`,
        `role = 'DEVELOPER' AND NOT is_active`,
        `role = 'READ_ONLY' AND is_active`,
        `search_text LIKE '%kowalew%' AND role = 'ADMIN' AND is_active`,
      ];
      for (const filter of filters) {
        const plan = await database().query<{ 'QUERY PLAN': string }>(
          `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) SELECT * FROM user_account
           WHERE deleted_at IS NULL AND ${filter} ORDER BY created_at DESC, id DESC LIMIT 21`,
        );
        const text = plan.map((line) => line['QUERY PLAN']).join('\n');
        expect(text).not.toContain('Seq Scan');
        const pages = Number(/Buffers: shared hit=(\d+)/.exec(text)?.[1]);
        expect({ filter, few: pages < 150 }).toEqual({ filter, few: true });
      }
      await database().execute(`DELETE FROM user_account WHERE username LIKE 'crowd-%'`);
    });
  });

  describe('whole', () => {
    it('come back from every change', async () => {
      const token = await app.tokenFor('ADMIN');
      const who = await newPerson(app, 'API_USER');
      const body = await app.call('GET', `/api/v1/users/${who.id}`, { token });
      for (const change of [
        { fullName: 'Some Body' },
        { role: 'READ_ONLY' },
        { isActive: false },
        {},
        { isActive: true },
      ]) {
        const changed = await app.call('PATCH', `/api/v1/users/${who.id}`, { token, body: change });
        expect(changed.status).toBe(200);
        expect(changed.body).toEqual({ ...changed.body, ...change });
        expect(Object.keys(changed.body).sort()).toEqual(Object.keys(body.body).sort());
        expect(changed.body).toEqual((await app.call('GET', `/api/v1/users/${who.id}`, { token })).body);
      }
      const own = (await logIn((await app.call<Listed>('GET', `/api/v1/users/${who.id}`, { token })).body.username))
        .body;
      const renamed = await app.call('PATCH', '/api/v1/auth/me', {
        token: own.accessToken,
        body: { fullName: 'Any Body' },
      });
      expect(Object.keys(renamed.body).sort()).toEqual(Object.keys(body.body).sort());
    });
  });
});
