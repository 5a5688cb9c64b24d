import { startTestApp, type TestApp } from '../../support/test-app.js';

const agent = { slug: 'named', description: 'x', category: 'operations', kind: 'worker', capabilities: ['x'] };
const account = { code: 'assets:named', type: 'asset', currency: 'USD' };
const alert = { event: 'new', url: 'https://example.com/hook' };

/** Every door that takes a name people will read. */
const DOORS: [string, string, object][] = [
  ['/api/v1/auth/api-keys', 'name', {}],
  ['/api/v1/users', 'fullName', { email: 'named@example.com', username: 'named', role: 'READ_ONLY' }],
  ['/api/v1/agents', 'name', agent],
  ['/api/v1/workers', 'name', {}],
  ['/api/v1/finance/accounts', 'name', account],
  ['/api/v1/errors/alerts', 'name', alert],
];

describe('names', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  it.each(DOORS)('are one line at POST %s', async (route, field, rest) => {
    const token = await app.tokenFor('SUPER_ADMIN');
    const post = (name: unknown) =>
      app.call<{ errors?: { path: string }[] }>('POST', route, { token, body: { ...rest, [field]: name } });
    for (const name of ['a\nb', 'a\r\n\r\nb', '  ', 'a\u2028b', 'a\u202eb', 'a\tb', 5, ['a']]) {
      const { status, body } = await post(name);
      expect({ name, status, paths: body.errors?.map(({ path }) => path) }).toMatchObject({ status: 422 });
      expect(body.errors?.some(({ path }) => path === field)).toBe(true);
    }
    expect((await post('Ünïcode · 名前')).status).toBeLessThan(300);
  });
});
