import { connect } from 'node:net';
import { buildOpenApi } from '../../../apps/api/src/openapi/openapi.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Things nobody sends by accident. */
const HOSTILE_VALUES: unknown[] = [
  null,
  true,
  -0,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  '',
  '\u202e\ufeff',
  '😀'.repeat(300),
  "'; DROP TABLE user_account; --",
  '${jndi:ldap://x}',
  '../../etc/passwd',
  'a'.repeat(100_000),
  [],
  [[[]]],
  {},
  { $ne: null },
  [1, 'two', { three: 3 }],
];

const HOSTILE_BODIES: string[] = [
  '',
  '{',
  'null',
  'true',
  '42',
  '"text"',
  '[]',
  '[{}]',
  '{"a":1e400}',
  '{"__proto__":{"role":"SUPER_ADMIN"}}',
  '{"constructor":{"prototype":{}}}',
  '{"nul":"\\u0000"}',
  '{"half":"\\ud800"}',
  `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`,
  `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  `{"a":${'9'.repeat(5_000)}}`,
];

describe('hostile input', () => {
  let app: TestApp;
  let apiKey: string;
  let operations: { method: string; path: string; fields: string[] }[];

  beforeAll(async () => {
    app = await startTestApp();
    const token = await app.tokenFor('SUPER_ADMIN');
    const made = await app.call<{ key: string }>('POST', '/api/v1/auth/api-keys', { token, body: { name: 'hostile' } });
    apiKey = made.body.key;
    const document = buildOpenApi(app.app);
    operations = Object.entries(document.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => method in item).map((method) => ({
        method: method.toUpperCase(),
        path,
        fields: fieldsOf(path),
      })),
    );
  });
  afterAll(() => app.close());

  const send = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
    app.call(method, path, { apiKey, headers, ...(body === undefined ? {} : { body }) });

  const assertRefused = (answer: Awaited<ReturnType<typeof send>>, what: string): void => {
    // OAuth clients read the shape of RFC 6749 §5.2.
    const isOAuthError = what.includes('/oauth/') && typeof answer.body['error'] === 'string';
    // And MCP clients that of JSON-RPC.
    const isRpcError = what.startsWith('POST /mcp ') && answer.body?.['jsonrpc'] === '2.0';
    const isProblem =
      answer.status < 400 ||
      isOAuthError ||
      isRpcError ||
      /problem\+json/.test(answer.headers.get('content-type') ?? '');
    expect({
      what,
      status: answer.status,
      isProblem,
      isServerError: answer.status >= 500 && !isStated(answer.body),
    }).toEqual({
      what,
      status: answer.status,
      isProblem: true,
      isServerError: false,
    });
  };

  it('never becomes a server error: bodies', async () => {
    for (const { method, path, fields } of operations.filter(({ method }) => method !== 'GET')) {
      const bodies = [
        ...HOSTILE_BODIES,
        ...HOSTILE_VALUES.map((value) => JSON.stringify(Object.fromEntries(fields.map((field) => [field, value])))),
      ];
      for (const body of bodies) {
        const answer = await send(method, fill(path, '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00'), body);
        assertRefused(answer, `${method} ${path} ${body.slice(0, 60)}`);
      }
    }
  }, 240_000);

  it('never becomes a server error: paths and queries', async () => {
    const hostile = [
      '%00',
      '%ff',
      "'",
      '..%2f..%2f',
      '%F0%9F%98%80',
      'a'.repeat(150),
      '0',
      '-1',
      '%0d%0aX:%20y',
      'null',
    ];
    for (const { method, path } of operations.filter((operation) => operation.method === 'GET')) {
      if (path.includes('events') || path.includes('stream')) continue;
      for (const text of hostile) {
        const query = ['limit', 'cursor', 'hours', 'since', 'sort', 'from', 'to', 'status', 'q'].map(
          (name) => `${name}=${text}`,
        );
        assertRefused(await send(method, fill(path, text)), `${method} ${path} ${text}`);
        assertRefused(
          await send(method, `${fill(path, '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00')}?${query.join('&')}`),
          `${path}?${text}`,
        );
        assertRefused(await send(method, `${fill(path, 'x')}?limit=1&limit=2&limit[a]=3`), `${path}?limit twice`);
      }
    }
  }, 240_000);

  it('is refused by media type and encoding', async () => {
    const login = (body: string, headers: Record<string, string>) =>
      send('POST', '/api/v1/auth/register', body, headers);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
    ]) {
      expect((await login('a=b', { 'content-type': type })).status).toBe(415);
    }
    const zipped = await login('{}', { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    expect(zipped.status).toBe(415);
  });

  it('is refused by size', async () => {
    const large = JSON.stringify({ email: 'a'.repeat(17 * 1024 * 1024) });
    const answer = await send('POST', '/api/v1/auth/register', large);
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({ code: 'HTTP.BODY_TOO_LARGE', status: 413 });
  });

  it('is refused by structure, by name', async () => {
    const proto = await send('POST', '/api/v1/auth/register', '{"__proto__":{"role":"SUPER_ADMIN"}}');
    expect(proto.body).toMatchObject({ status: 422, code: 'VALIDATION.FORBIDDEN_KEY' });
    const deep = await send('POST', '/api/v1/auth/register', `${'{"a":'.repeat(11)}1${'}'.repeat(11)}`);
    expect(deep.body).toMatchObject({ status: 422, errors: [{ code: 'maxDepth' }] });
    const unknown = await send('POST', '/api/v1/auth/login', '{"identifier":"x","password":"y","admin":true}');
    expect(unknown.body).toMatchObject({ status: 422, errors: [{ path: 'admin', code: 'whitelistValidation' }] });
    expect(({} as Record<string, unknown>)['role']).toBeUndefined();
  });

  it.each([
    ['no HTTP at all', 'HELLO\r\n\r\n', '400'],
    ['headers beyond 16 KB', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, '431'],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n', '400'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx', '400'],
    ['a foreign host', 'GET /users HTTP/1.1\r\nHost: evil.example\r\n\r\n', '400'],
    ['an undecodable path', 'GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n', '400'],
  ])('answers %s with %3$s', async (_, request, status) => {
    expect(await rawStatus(app.url, request)).toBe(status);
  });

  it('leaves the process healthy', async () => {
    expect((await app.call('GET', '/health')).body).toMatchObject({ status: 'healthy' });
  });
});

/** A 503 says that something is missing (a model without a key), which is the truth and no fault. */
function isStated(body: Record<string, unknown> | undefined): boolean {
  return body?.['status'] === 503 && typeof body['code'] === 'string' && !String(body['code']).startsWith('DATABASE');
}

function fill(path: string, value: string): string {
  return path.replace(/\{\w+\}/g, value);
}

/** Names that bodies of this API have; a wrong value under a right name gets furthest. */
function fieldsOf(path: string): string[] {
  if (path.includes('auth/login')) return ['identifier', 'password'];
  if (path.includes('auth'))
    return ['email', 'username', 'password', 'fullName', 'refreshToken', 'name', 'ipAllowlist', 'expiresAt'];
  if (path.includes('users')) return ['email', 'username', 'password', 'role', 'isActive'];
  if (path.includes('finance')) {
    return [
      'type',
      'amount',
      'currency',
      'channel',
      'lineItems',
      'metadata',
      'originalTransactionId',
      'transactionDate',
      'postings',
      'code',
      'name',
    ];
  }
  if (path.includes('errors'))
    return ['errorType', 'message', 'context', 'timestamp', 'fingerprint', 'errors', 'status', 'ignoreUntil'];
  return [
    'parameters',
    'priority',
    'timeoutSeconds',
    'slug',
    'name',
    'kind',
    'config',
    'runAt',
    'dependsOn',
    'operations',
  ];
}

function rawStatus(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.setTimeout(5_000, () => reject(new Error('no answer')));
    socket.once('data', (data) => {
      resolve(/^HTTP\/1\.1 (\d+)/.exec(data.toString())?.[1] ?? 'none');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
