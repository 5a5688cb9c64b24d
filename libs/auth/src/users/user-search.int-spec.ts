import { Database } from '#platform/database';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';
import { type UserFilter, type UserPosition, UserSearchRepository } from './user-search.repository.js';

/** More than are looked through for a text. */
const USERS = 6_000;

const TEXTS = ['example', 'first7', 'user77', 'us', 'nobody', 'first', 'user500@example.com', '%', '_', 'old'];

describe('the search of users', () => {
  let app: TestApp;
  let database: Database;
  let search: UserSearchRepository;

  beforeAll(async () => {
    app = await startTestApp();
    database = app.get(Database);
    search = app.get(UserSearchRepository);
    await database.execute(
      `INSERT INTO user_account (id, email, email_key, username, username_key, full_name, full_name_key, role, is_active, created_at, updated_at, deleted_at)
       SELECT gen_random_uuid(), name || '@example.com', name || '@example.com', name, name, full_name, full_name,
              CASE WHEN n % 50 = 7 THEN 'ADMIN' ELSE 'READ_ONLY' END, n % 90 <> 9 AND n % 400 <> 0,
              timestamptz '2025-06-01Z' + (n / 3) * interval '1 minute', now(), CASE WHEN n % 400 = 0 THEN now() END
       FROM generate_series(1, $1::int) AS n,
            LATERAL (SELECT CASE WHEN n < 40 THEN 'old' ELSE 'user' END || n AS name, CASE WHEN n % 400 <> 0 THEN 'first' || n % 97 END AS full_name) AS named`,
      [USERS],
    );
  });
  afterAll(() => app.close());

  /** The same by a plain look at all of them. */
  async function expected({ text, role, isActive }: UserFilter): Promise<string[]> {
    const pattern = text && text.length < 3 ? ` ${text}` : (text ?? '');
    const rows = await database.query<{ id: string }>(
      `SELECT id FROM user_account WHERE deleted_at IS NULL AND position($1 IN search_text) > 0
         AND ($2::text IS NULL OR role = $2) AND ($3::boolean IS NULL OR is_active = $3) ORDER BY created_at DESC, id DESC`,
      [pattern, role ?? null, isActive ?? null],
    );
    return rows.map(({ id }) => id);
  }

  async function pages(filter: UserFilter, limit: number): Promise<string[]> {
    const ids: string[] = [];
    for (let after: UserPosition | undefined, more = true; more;) {
      const page = await search.listNewestFirst(filter, limit, after);
      ids.push(...page.map(({ id }) => id));
      const last = page.at(-1);
      after = last && { createdAt: last.createdAt.toISOString(), id: last.id };
      more = page.length === limit;
    }
    return ids;
  }

  it.each([undefined, ...TEXTS])(
    'finds by %s what a plain filter finds, page by page, also with role and state',
    async (text) => {
      for (const filter of [{ text }, { text, role: 'ADMIN' as const }, { text, isActive: false }]) {
        const all = await expected(filter);
        expect(await pages(filter, 700)).toEqual(all);
        expect((await search.listNewestFirst(filter, 21)).map(({ id }) => id)).toEqual(all.slice(0, 21));
      }
    },
  );
});
