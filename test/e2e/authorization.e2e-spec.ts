import { ROLES, type Role, includesRole } from '#platform/kernel';
import { buildOpenApi } from '../../apps/api/src/openapi.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

/** The original system's six endpoints, and the role each asks for. */
const ORIGINAL: { method: string; route: string; minimum: Role; body?: object; success: number }[] = [
  {
    method: 'POST',
    route: '/finance/transactions/record',
    minimum: 'ADMIN',
    body: { type: 'sale', amount: '1.00' },
    success: 201,
  },
  ...['data', 'metrics', 'agents', 'activities', 'performance'].map((name) => ({
    method: 'GET',
    route: `/dashboard/${name}`,
    minimum: 'READ_ONLY' as const,
    success: 200,
  })),
];

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const SOME_ID = '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00';

interface RoleStatement {
  'x-required-role'?: Role | 'public';
}

describe('authorization', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.close());

  describe.each(ORIGINAL)('$method $route', ({ method, route, minimum, body, success }) => {
    it.each(['', '/api/v1'])('answers each role as the checklist says, below "%s"', async (prefix) => {
      const anonymous = await app.call(method, prefix + route, { body });
      expect(anonymous.status).toBe(401);
      expect(anonymous.body).toMatchObject({ code: 'AUTH.TOKEN_MISSING' });
      for (const role of ROLES) {
        const answer = await app.call(method, prefix + route, { token: await app.tokenFor(role), body });
        expect({ role, status: answer.status }).toEqual({ role, status: includesRole(role, minimum) ? success : 403 });
      }
    });
  });

  it('is declared by every route, and denied to strangers and to every lower role', async () => {
    const document = buildOpenApi(app.app);
    const undeclared: string[] = [];
    for (const [path, item] of Object.entries(document.paths)) {
      for (const method of METHODS) {
        const operation = (item as Record<string, RoleStatement | undefined>)[method];
        if (!operation) continue;
        const required = operation['x-required-role'];
        const what = `${method.toUpperCase()} ${path}`;
        if (required === undefined) undeclared.push(what);
        if (required === undefined || required === 'public') continue;
        const route = path.replace(/\{\w+\}/g, SOME_ID);
        const stranger = await app.call(method.toUpperCase(), route);
        expect({ what, status: stranger.status }).toEqual({ what, status: 401 });
        const below = ROLES[ROLES.indexOf(required) - 1];
        if (below === undefined) continue;
        const lower = await app.call(method.toUpperCase(), route, { token: await app.tokenFor(below) });
        expect({ what, status: lower.status }).toEqual({ what, status: 403 });
      }
    }
    expect(undeclared).toEqual([]);
  });

  it.each([
    '/api/v1/%75sers',
    '/api/v1/users/',
    '/api/v1//users',
    '/api/v1/users;x=1',
    '/API/V1/USERS',
    '/api/v1/./users',
  ])('is not walked around by %s', async (route) => {
    const { status } = await app.call('GET', route);
    expect([400, 401, 404]).toContain(status);
  });

  it('is not walked around by other methods', async () => {
    for (const method of ['HEAD', 'OPTIONS', 'PUT', 'PROPFIND']) {
      const { status } = await app.call(method, '/api/v1/users', { headers: { 'x-http-method-override': 'GET' } });
      expect([204, 400, 401, 404, 405]).toContain(status);
    }
  });
});
