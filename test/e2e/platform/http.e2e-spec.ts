import { connect } from 'node:net';
import { startTestApp, type TestApp } from '../../support/test-app.js';

describe('HTTP', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ CORS_ORIGINS: 'https://app.example.com', METRICS_TOKEN: 'a-token-for-the-scraper' });
  });
  afterAll(() => app.close());

  it('echoes the correlation id, or makes one', async () => {
    const given = await app.call('GET', '/health/live', { headers: { 'x-request-id': 'my-request.1' } });
    expect(given.headers.get('x-request-id')).toBe('my-request.1');
    const traced = await app.call('GET', '/health/live', {
      headers: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
    });
    expect(traced.headers.get('x-request-id')).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    const forged = await app.call('GET', '/health/live', { headers: { 'x-request-id': 'a b' } });
    expect(forged.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('has the correlation id in problem documents', async () => {
    const answer = await app.call('GET', '/api/v1/users', { headers: { 'x-request-id': 'abc' } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="devskyy"');
    expect(answer.headers.get('content-type')).toMatch('application/problem+json');
    expect(answer.body).toMatchObject({
      type: '/docs/problems#AUTH.TOKEN_MISSING',
      title: 'Unauthorized',
      status: 401,
      instance: '/api/v1/users',
      code: 'AUTH.TOKEN_MISSING',
      correlationId: 'abc',
    });
  });

  it('answers with and without the prefix', async () => {
    const token = await app.tokenFor('READ_ONLY');
    for (const route of ['/api/v1/auth/me', '/auth/me'])
      expect((await app.call('GET', route, { token })).status).toBe(200);
    expect((await app.call('GET', '/api/v2/auth/me', { token })).status).toBe(404);
  });

  it('sends the security headers and nothing about itself', async () => {
    const { headers } = await app.call('GET', '/health/live');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
  });

  it('lets only listed origins read answers', async () => {
    const preflight = (origin: string) =>
      app.call('OPTIONS', '/api/v1/auth/me', {
        headers: {
          origin,
          'access-control-request-method': 'PATCH',
          'access-control-request-headers': 'authorization',
        },
      });
    const listed = await preflight('https://app.example.com');
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(listed.headers.get('access-control-allow-methods')).toContain('PATCH');
    for (const origin of ['https://evil.example', 'http://app.example.com', 'https://app.example.com.evil', 'null']) {
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('lets clients of the Model Context Protocol in browsers ask as their protocol has it', async () => {
    const preflight = await app.call('OPTIONS', '/mcp', {
      headers: {
        origin: 'https://app.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,mcp-protocol-version',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('mcp-protocol-version');
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  });

  it.each([
    ['an undecodable path', '/%ff', 400, 'HTTP.BAD_REQUEST'],
    ['no percent-encoding at all', '/api/v1/users/%zz', 400, 'HTTP.BAD_REQUEST'],
    ['a part of the path that is too long', `/api/v1/users/${'a'.repeat(300)}`, 414, 'HTTP.URI_TOO_LONG'],
    ['100 KB of path', `/${'a'.repeat(100_000)}`, 431, 'HTTP.REQUEST_HEADER_FIELDS_TOO_LARGE'],
    ['something else than HTTP', ' \0', 400, 'HTTP.BAD_REQUEST'],
  ])('answers %s as everything else it refuses', async (_, path, status, code) => {
    const answer = await rawAnswer(app.url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    expect(answer.status).toBe(status);
    const correlationId = answer.headers['x-request-id'];
    expect(correlationId).toMatch(/^[0-9a-f-]{36}$/);
    const type = `/docs/problems#${code}`;
    expect(JSON.parse(answer.body)).toMatchObject({ type, status, code, correlationId, instance: '/' });
    const usual = await app.call('GET', '/health/live');
    for (const name of ['content-security-policy', 'x-content-type-options', 'x-frame-options', 'referrer-policy'])
      expect([name, answer.headers[name]]).toEqual([name, usual.headers.get(name)]);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  });

  it('keeps the id of a request whose address cannot be read', async () => {
    const answer = await rawAnswer(app.url, 'GET /%ff HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: mine\r\n\r\n');
    expect(answer.headers['x-request-id']).toBe('mine');
  });

  it.each([
    ['two of them', 'Host: localhost\r\nhost: localhost\r\n'],
    ['none', ''],
    ['an empty one', 'Host:\r\n'],
    ['one with a user', 'Host: a@localhost\r\n'],
    ['one with a path', 'Host: localhost/x\r\n'],
    ['one with a fragment', 'Host: localhost#x\r\n'],
    ['one with a query', 'Host: localhost?x\r\n'],
    ['one with white space', 'Host: local host\r\n'],
    ['one with a port that is none', 'Host: localhost:http\r\n'],
    ['that of somebody else', 'Host: evil.example\r\n'],
  ])('refuses requests by their Host: %s', async (_, lines) => {
    const answer = await rawAnswer(app.url, `GET /api/v1/auth/me HTTP/1.1\r\n${lines}\r\n`);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'HTTP.UNTRUSTED_HOST' });
  });

  it.each(['/health', '/health/live', '/health/ready', '/health/startup'])(
    'asks a probe of %s for no Host',
    async (path) => {
      for (const lines of ['Host: 10.1.2.3:8000\r\n', 'Host: api:8000\r\n', ''])
        expect((await rawAnswer(app.url, `GET ${path} HTTP/1.1\r\n${lines}\r\n`)).status).toBe(200);
    },
  );

  it('asks a scraper for no Host', async () => {
    const scrape = (token: string) =>
      rawAnswer(app.url, `GET /metrics HTTP/1.1\r\nHost: api:8000\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    expect((await scrape('a-token-for-the-scraper')).status).toBe(200);
    expect((await scrape('another-token')).status).toBe(401);
  });

  it('refuses parameters in the address that the route does not have', async () => {
    const token = await app.tokenFor('SUPER_ADMIN');
    for (const [method, route] of [
      ['GET', '/api/v1/auth/me'],
      ['GET', '/api/v1/users'],
      ['POST', '/api/v1/auth/api-keys'],
      ['DELETE', '/api/v1/users/01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00/sessions'],
      ['GET', '/health'],
    ] as const) {
      const answer = await app.call(method, `${route}?dryrun=true`, { token });
      if (answer.status === 404) expect(answer.body).toMatchObject({ code: 'HTTP.ROUTE_NOT_FOUND' });
      else
        expect([route, answer.status, answer.body]).toEqual([
          route,
          422,
          expect.objectContaining({
            errors: [expect.objectContaining({ path: 'dryrun', code: 'whitelistValidation' })],
          }),
        ]);
    }
    expect((await app.call('GET', '/api/v1/auth/me?dryrun=true')).status).toBe(401);
  });

  it('compresses large answers and leaves small ones', async () => {
    const metrics = await fetch(`${app.url}/metrics`, {
      headers: { 'accept-encoding': 'gzip', authorization: 'Bearer a-token-for-the-scraper' },
    });
    expect(metrics.headers.get('content-encoding')).toBe('gzip');
    const live = await fetch(`${app.url}/health/live`, { headers: { 'accept-encoding': 'gzip' } });
    expect(live.headers.get('content-encoding')).toBeNull();
  });

  it('shows metrics to the scraper only, by route template', async () => {
    expect((await app.call('GET', '/metrics')).status).toBe(401);
    expect((await app.call('GET', '/metrics', { token: 'a-token-for-the-scrapes' })).status).toBe(401);
    const token = await app.tokenFor('ADMIN');
    await app.call('GET', '/api/v1/users/01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00', { token });
    await app.call('GET', '/nothing/at/all');
    const { text } = await app.call('GET', '/metrics', { token: 'a-token-for-the-scraper' });
    expect(text).toContain(
      'devskyy_request_duration_seconds_count{method="GET",route="/api/v1/users/:id",status="404"} 1',
    );
    expect(text).toContain('route="unmatched",status="404"');
    expect(text).not.toContain('01938f6e');
    expect(text).toContain('devskyy_database_connections{state="idle"}');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });

  it.each([
    ['none', 'eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiIxIn0.'],
    ['no token', 'nonsense'],
    ['three dots', 'a.b.c.d'],
    ['a megabyte', 'a'.repeat(9_000)],
    ['white space', ' '],
  ])('refuses a hostile token: %s', async (_, token) => {
    const answer = await app.call('GET', '/api/v1/auth/me', { token });
    expect(answer.status).toBe(401);
  });

  it('refuses changed, padded and relabelled tokens', async () => {
    const token = await app.tokenFor('READ_ONLY');
    const [header = '', payload = '', signature = ''] = token.split('.');
    const relabel = (change: object): string => {
      const fields = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;
      return Buffer.from(JSON.stringify({ ...fields, ...change })).toString('base64url');
    };
    const forged = [
      `${token}=`,
      `${header}.${payload}.${signature.slice(0, -1)}${signature.endsWith('A') ? 'B' : 'A'}`,
      `${header}.${Buffer.from('{"sub":"x"}').toString('base64url')}.${signature}`,
      `${relabel({ alg: 'none' })}.${payload}.`,
      `${relabel({ typ: 'JWT' })}.${payload}.${signature}`,
      `${relabel({ crit: ['exp'] })}.${payload}.${signature}`,
      `${relabel({ b64: false })}.${payload}.${signature}`,
      `${relabel({ kid: '../../dev/null' })}.${payload}.${signature}`,
    ];
    for (const wrong of forged) expect((await app.call('GET', '/api/v1/auth/me', { token: wrong })).status).toBe(401);
    expect((await app.call('GET', '/api/v1/auth/me', { token })).status).toBe(200);
    const both = await app.call('GET', '/api/v1/auth/me', { token, apiKey: 'dsk_x' });
    expect(both.status).toBe(400);
  });
});

/** The answer to bytes, which may be no request. */
function rawAnswer(
  url: string,
  request: string,
): Promise<{ status: number; headers: Record<string, string>; body: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.on('error', reject);
    socket.on('data', (data) => {
      text += data.toString();
      const [head = '', body] = text.split('\r\n\r\n');
      const [first = '', ...lines] = head.split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => [line.split(': ')[0]?.toLowerCase() ?? '', line.slice(line.indexOf(':') + 2)]),
      );
      if (body === undefined || Buffer.byteLength(body) < Number(headers['content-length'] ?? 0)) return;
      resolve({ status: Number(first.split(' ')[1]), headers, body });
      socket.destroy();
    });
  });
}

describe('rate limits', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ RATE_LIMIT_MAX: '20', AUTH_RATE_LIMIT_MAX: '5' });
  });
  afterAll(() => app.close());

  it('let exactly the limit through, under parallel requests', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => app.call('GET', '/api/v1/auth/me')));
    expect(answers.filter(({ status }) => status === 401).length).toBe(20);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBe(40);
    expect(refused[0]?.body).toMatchObject({ code: 'SECURITY.RATE_LIMITED', status: 429 });
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('x-ratelimit-limit')).toBe('20');
    expect(refused[0]?.headers.get('x-ratelimit-remaining')).toBe('0');
  });

  it('count logins apart, five a minute', async () => {
    const body = { identifier: 'nobody', password: 'whatever it is' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => app.call('POST', '/api/v1/auth/login', { body })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  });

  it('are not escaped by inventing keys', async () => {
    const answer = await app.call('GET', '/api/v1/auth/me', { apiKey: 'dsk_invented' });
    expect(answer.status).toBe(429);
  });

  it('leave probes alone', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => app.call('GET', '/health/live')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });
});
