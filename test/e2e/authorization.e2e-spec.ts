import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROLES, type Role, includesRole } from '#platform/kernel';
import { buildOpenApi } from '../../apps/api/src/openapi/openapi.js';
import { type CallOptions, startTestApp, type TestApp } from '../support/test-app.js';

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

/** What the guards refuse with; other refusals are about what a request is about. */
const GUARD_CODES = new Set(['AUTH.ROLE_REQUIRED', 'AUTH.SESSION_REQUIRED', 'AUTH.REAUTHENTICATION_REQUIRED']);

/** Would go on for ever for whoever is let in, who learns that there is no such topic instead. */
const STREAMS: Readonly<Record<string, string>> = { '/api/v1/dashboard/stream': '?topics=none' };

/** Clients authenticate there in a way of their own. */
const isOAuth = (url: string): boolean => url.includes('/oauth/');

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

  describe('as docs/generated/authorization.md says', () => {
    interface Caller {
      name: string;
      kind: 'stranger' | 'session' | 'program' | 'worker';
      role?: Role;
      by: CallOptions;
    }
    const rows = readFileSync(path.resolve(__dirname, '../../docs/generated/authorization.md'), 'utf8')
      .split('\n')
      .filter((line) => /^\| [A-Z]+ \| `/.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, method = '', route = '', stranger, session, program, worker]) => ({
        method,
        route: route.replaceAll('`', ''),
        decisions: { stranger, session, program, worker } as Record<Caller['kind'], string>,
      }));
    const callers: Caller[] = [];

    beforeAll(async () => {
      callers.push({ name: 'nobody', kind: 'stranger', by: {} });
      callers.push({ name: 'a forged token', kind: 'stranger', by: { token: 'forged' } });
      callers.push({ name: 'a forged key', kind: 'stranger', by: { apiKey: 'dsk_forged' } });
      const keyOf = async (role: Role, request: object = {}): Promise<{ id: string; key: string }> => {
        // READ_ONLY makes no keys for himself; an API_USER makes one for a program that only reads.
        const token = await app.tokenFor(role === 'READ_ONLY' ? 'API_USER' : role);
        const body = { name: 'matrix', role, ...request };
        return (await app.call<{ id: string; key: string }>('POST', '/auth/api-keys', { token, body })).body;
      };
      for (const role of ROLES) {
        callers.push({ name: `a session of ${role}`, kind: 'session', role, by: { token: await app.tokenFor(role) } });
        callers.push({ name: `a key of ${role}`, kind: 'program', role, by: { apiKey: (await keyOf(role)).key } });
      }
      const { id, key } = await keyOf('SUPER_ADMIN');
      for (const role of ['READ_ONLY', 'API_USER', 'DEVELOPER'] as const) {
        const answer = await fetch(`${app.url}/api/v1/oauth/token`, {
          method: 'POST',
          body: new URLSearchParams({
            grant_type: 'client_credentials',
            client_id: id,
            client_secret: key,
            scope: role,
          }),
        });
        const { access_token: token } = (await answer.json()) as { access_token: string };
        callers.push({ name: `a token of SUPER_ADMIN narrowed to ${role}`, kind: 'program', role, by: { token } });
      }
      const worker = await keyOf('API_USER', { agents: ['financial'] });
      callers.push({ name: 'the key of a worker', kind: 'worker', role: 'API_USER', by: { apiKey: worker.key } });
    });

    const isAllowed = ({ kind, role }: Caller, decision: string): boolean => {
      if (decision === 'yes' || decision === 'no') return decision === 'yes';
      return kind !== 'stranger' && role !== undefined && includesRole(role, decision.replace(', proof', '') as Role);
    };

    it('covers every route there is, and each says whom it lets in', () => {
      const documented = new Set(rows.map(({ method, route }) => `${method} ${route}`));
      const routes = Object.entries(buildOpenApi(app.app).paths).flatMap(([route, item]) =>
        METHODS.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${route}`),
      );
      expect(new Set(routes)).toEqual(documented);
      expect(rows.filter(({ decisions }) => decisions.session === 'no')).toEqual([]);
    });

    it('answers each kind of caller at every route', async () => {
      const wrong: object[] = [];
      for (const { method, route, decisions } of rows) {
        for (const caller of callers) {
          // A field that no route knows: whoever is let in learns that, and nothing happens.
          const body = method === 'GET' || method === 'DELETE' ? undefined : { notAField: 1 };
          const url = `${route.replace(/\{\w+\}/g, SOME_ID)}${STREAMS[route] ?? ''}`;
          const answer = await app.call<{ code?: string }>(method, url, { ...caller.by, body });
          const code = answer.body?.code ?? '';
          const isGuarded = (answer.status === 401 && !isOAuth(url)) || GUARD_CODES.has(code);
          if (isGuarded === isAllowed(caller, decisions[caller.kind]))
            wrong.push({
              method,
              route,
              caller: caller.name,
              decision: decisions[caller.kind],
              status: answer.status,
              code,
            });
          if (caller.kind === 'stranger' && decisions.stranger === 'no' && answer.status !== 401)
            wrong.push({ method, route, caller: caller.name, status: answer.status });
        }
      }
      expect(wrong).toEqual([]);
    }, 300_000);
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
