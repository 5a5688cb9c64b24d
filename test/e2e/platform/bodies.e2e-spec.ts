import { request } from 'node:http';
import { buildOpenApi } from '../../../apps/api/src/openapi/openapi.js';
import { type Answer, startTestApp, type TestApp } from '../../support/test-app.js';

let app: TestApp;
let token: string;

beforeAll(async () => {
  app = await startTestApp({ RATE_LIMIT_MAX: '2000' });
  token = await app.tokenFor('ADMIN');
});
afterAll(() => app.close());

const MB = 1024 * 1024;

/** Begins a request with a long body and sends only some of it; what comes back came without the rest. */
function begun(path: string, headers: Record<string, string>): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': String(10 * MB), ...headers },
    });
    sent.on('error', reject).on('response', (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, text });
        sent.destroy();
      });
    });
    sent.write('{"a":"'.padEnd(1_000, 'x'));
  });
}

describe('the size of a body', () => {
  const body = (bytes: number): string => `{"identifier":"${'x'.repeat(bytes)}"}`;

  it('is at most 1 MB, unless the route says otherwise, and the answer is read by whoever sends more', async () => {
    for (const bytes of [MB, 10 * MB]) {
      const answer = await app.call('POST', '/auth/login', { body: body(bytes) });
      expect([answer.status, answer.body['code']]).toEqual([413, 'HTTP.BODY_TOO_LARGE']);
      expect(answer.body['correlationId']).toBe(answer.headers.get('x-request-id'));
    }
    expect((await app.call('POST', '/auth/login', { body: body(MB - 100) })).status).not.toBe(413);
    // Those that carry many things at once, and those that describe one task.
    for (const [most, routes] of [
      [16, ['/finance/transactions/batch', '/agents/batch', '/tasks/complete']],
      [2, ['/agents/x/execute', '/schedules']],
    ] as const) {
      for (const route of routes) {
        const large = await app.call('POST', route, { token, body: body((most - 0.1) * MB) });
        expect([route, large.status === 413]).toEqual([route, false]);
        const larger = await app.call('POST', route, { token, body: body(most * MB + 1) });
        expect([route, larger.body['code']]).toEqual([route, 'HTTP.BODY_TOO_LARGE']);
      }
    }
  });

  it('counts its values too, before it is parsed', async () => {
    const many = `{"identifier":"x","password":"y","list":[${'1,'.repeat(30_000)}1]}`;
    const answer = await app.call<{ errors: { code: string }[] }>('POST', '/auth/login', { body: many });
    expect([answer.status, answer.body.errors[0]?.code]).toEqual([422, 'maxValues']);
  });

  it('is refused at once when naming its faults would take long', async () => {
    const fields = (count: number): string => Array.from({ length: count }, (_, index) => `"k${index}":1`).join(',');
    const plain = await app.call('POST', '/auth/login', { body: `{${fields(1_900)}}` });
    expect(plain.status).toBe(422);
    for (const sent of [`{${fields(15_000)}}`, `{"identifier":{${fields(15_000)}}}`]) {
      const answer = await app.call<{ errors: { code: string }[] }>('POST', '/auth/login', { body: sent });
      expect([answer.status, answer.body.errors[0]?.code]).toEqual([422, 'maxFields']);
    }
    const wide = { parameters: Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, 1])) };
    expect((await app.call('POST', '/agents/none/execute', { token, body: wide })).status).toBe(404);
  });

  it('is not told back: names in faults are cut', async () => {
    const key = 'A'.repeat(48 * 1024);
    for (const sent of [`{"${key}":1}`, `{"${key}":{"constructor":1}}`, `{"${key}":"\\u0000"}`]) {
      const answer = await app.call('POST', '/auth/login', { body: sent });
      expect(answer.status).toBe(422);
      expect(answer.text.length).toBeLessThan(3_000);
    }
  });
});

describe('a stranger', () => {
  const without = ({ body }: Answer): Record<string, unknown> => ({ ...body, correlationId: '', instance: '' });

  it('is refused at every route that demands a role before its body is looked at, as without one', async () => {
    const { paths } = buildOpenApi(app.app);
    const closed = Object.entries(paths).flatMap(([path, item]) =>
      (['post', 'put', 'patch', 'delete'] as const).flatMap((method) => {
        const operation = (item as Record<string, Record<string, unknown> | undefined>)[method];
        return operation && operation['x-required-role'] !== 'public' ? [{ method: method.toUpperCase(), path }] : [];
      }),
    );
    expect(closed.length).toBeGreaterThan(40);
    const expected = without(await app.call('GET', '/auth/me'));
    for (const { method, path } of closed) {
      const route = path.replace(/\{[^}]+\}/g, '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00');
      const answer = await app.call(method, route, { body: '{"half":' });
      expect({ route, status: answer.status, body: without(answer) }).toEqual({ route, status: 401, body: expected });
      expect([route, answer.headers.get('www-authenticate')]).toEqual([route, expect.stringMatching(/^Bearer re/)]);
    }
  });

  it('is not waited for, counted by network, and can use its connection again', async () => {
    const answer = await begun('/api/v1/agents/batch', {});
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'AUTH.TOKEN_MISSING', instance: '/api/v1/agents/batch' });
    const headers = (await app.call('POST', '/agents/batch', { body: 'x'.repeat(5 * MB) })).headers;
    const after = (await app.call('POST', '/agents/batch', { body: '{}' })).headers;
    expect(headers.get('connection')).not.toBe('close');
    expect(headers.get('x-ratelimit-limit')).toBe('2000');
    expect(Number(headers.get('x-ratelimit-remaining')) - Number(after.get('x-ratelimit-remaining'))).toBe(1);
  });

  it('is refused with 429 once the network has used up its requests', async () => {
    const limited = await startTestApp({ RATE_LIMIT_MAX: '3' }, app);
    try {
      const statuses: number[] = [];
      for (let count = 0; count < 5; count++) {
        statuses.push((await limited.call('POST', '/agents/batch', { body: '{' })).status);
      }
      expect(statuses).toEqual([401, 401, 401, 429, 429]);
    } finally {
      await limited.close();
    }
  });
});

describe('pages of other origins', () => {
  const origin = 'https://shop.example.org';
  const ask = (method: string, path: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${app.url}${path}`, { method, headers: { origin, ...headers } });

  it.each(['/api/1/envelope/', '/api/1/envelope', '/api/1/store/?sentry_key=x'])(
    'may send to %s, without credentials',
    async (path) => {
      const preflight = await ask('OPTIONS', path, {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-sentry-auth,content-type',
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
      expect(preflight.headers.get('access-control-allow-headers')).toContain('X-Sentry-Auth');
      const sent = await ask('POST', path, { 'content-type': 'text/plain' });
      for (const { headers } of [preflight, sent]) {
        expect(headers.get('access-control-allow-origin')).toBe('*');
        expect(headers.get('access-control-allow-credentials')).toBeNull();
      }
      expect(sent.headers.get('access-control-expose-headers')).toMatch(/X-Sentry-Rate-Limits.*Retry-After/);
    },
  );

  it('may do nothing else that they might not before', async () => {
    for (const path of ['/api/v1/auth/login', '/api/v1/errors', '/api/1/envelope/x', '/api/1/other/']) {
      const preflight = await ask('OPTIONS', path, { 'access-control-request-method': 'POST' });
      expect([path, preflight.headers.get('access-control-allow-origin')]).toEqual([path, null]);
    }
  });
});
