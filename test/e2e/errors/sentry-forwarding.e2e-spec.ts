import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { ErrorReporter } from '#platform/kernel';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from './eventually.js';

interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

const KEY = '0123456789abcdef0123456789abcdef';

describe('forwarding to the Sentry of SENTRY_DSN', () => {
  let server: Server;
  let dsn: string;
  let app: TestApp | undefined;
  let received: Received[];
  let answer: (reply: ServerResponse) => void;

  beforeEach(async () => {
    received = [];
    answer = (reply) => reply.end('{}');
    server = createServer((request, reply) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push({ path: request.url ?? '', headers: request.headers, body });
        answer(reply);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    dsn = `http://${KEY}@127.0.0.1:${(server.address() as { port: number }).port}/sentry/42`;
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const outcomes = async (of: TestApp): Promise<Record<string, number>> => {
    const { text } = await of.call('GET', '/metrics');
    const found = text.matchAll(/^devskyy_error_sentry_forwarded_total\{outcome="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries([...found].map(([, outcome = '', count]) => [outcome, Number(count)]));
  };
  const fail = (of: TestApp, message: string, endpoint = '/api/v1/shop'): Promise<string | undefined> =>
    of.get(ErrorReporter).report({
      error: new TypeError(message, { cause: new RangeError('the cause') }),
      severity: 'critical',
      category: 'network',
      endpoint,
      method: 'GET',
      status: 500,
      userId: 'u-1',
      correlationId: 'c-1',
      context: { password: 'Wolpertinger', order: 7 },
    });
  const sent = (count: number) => eventually(() => Promise.resolve(received.length >= count ? true : undefined));

  it('sends what is recorded, scrubbed as it is kept, under the same id', async () => {
    app = await startTestApp({ SENTRY_DSN: dsn, RELEASE: 'ops@1', ERRORS_SCRUB_PII: 'true' });
    const id = await fail(app, 'login failed: password=Wolpertinger for ada@example.com');
    await sent(1);
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = received;
    expect(path).toBe('/sentry/api/42/envelope/');
    expect(headers['x-sentry-auth']).toMatch(
      new RegExp(`^Sentry sentry_version=7, sentry_client=.*, sentry_key=${KEY}$`),
    );
    expect(body).not.toMatch(/Wolpertinger|ada@example/);
    const [header, item, payload] = body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(header?.['event_id']).toBe(id?.replaceAll('-', ''));
    expect(item).toMatchObject({ type: 'event', length: Buffer.byteLength(body.trim().split('\n')[2] ?? '') });
    expect(payload).toMatchObject({
      level: 'fatal',
      release: 'ops@1',
      environment: 'testing',
      transaction: 'GET /api/v1/shop',
      user: { id: 'u-1' },
      tags: { category: 'network', status: 500, correlationId: 'c-1', service: 'devskyy' },
      extra: { order: 7 },
      exception: { values: [{ type: 'RangeError' }, { type: 'TypeError' }] },
    });
    const { values } = payload?.['exception'] as {
      values: { stacktrace: { frames: { filename: string; function: string }[] } }[];
    };
    // The place of the failure comes last.
    expect(values[1]?.stacktrace.frames.at(-1)?.filename).toContain('sentry-forwarding');
    await eventually(async () => ((await outcomes(app as TestApp))['sent'] === 1 ? true : undefined));
  });

  it('is understood by the door of another installation, which sends nothing back', async () => {
    const other = await startTestApp({});
    try {
      const admin = await other.tokenFor('ADMIN');
      const project = await other.call<{ dsn: string }>('POST', '/errors/projects', {
        token: admin,
        body: { name: 'elsewhere' },
      });
      app = await startTestApp({ SENTRY_DSN: project.body.dsn });
      const id = await fail(app, 'told abroad');
      const found = await eventually(async () => {
        const { status, body } = await other.call('GET', `/errors/occurrences/${id}`, { token: admin });
        return status === 200 ? body : undefined;
      });
      expect(found).toMatchObject({
        errorType: 'TypeError',
        errorMessage: 'told abroad',
        severity: 'critical',
        service: 'elsewhere',
        endpoint: '/api/v1/shop',
        method: 'GET',
        userId: 'u-1',
        causes: [{ type: 'RangeError', message: 'the cause' }],
      });
    } finally {
      await app?.close();
      app = undefined;
      await other.close();
    }
  });

  it('never waits for it, drops what is too much, and counts it', async () => {
    answer = () => undefined;
    app = await startTestApp({ SENTRY_DSN: dsn });
    const start = Date.now();
    for (let n = 0; n < 150; n++) expect(await fail(app, `failure ${n}`)).toBeDefined();
    expect(Date.now() - start).toBeLessThan(5_000);
    expect(await outcomes(app)).toEqual({ dropped: 49 });
    const closing = Date.now();
    await app.close();
    app = undefined;
    expect(Date.now() - closing).toBeLessThan(8_000);
    expect(received).toHaveLength(1);
  });

  it('holds its peace for as long as a 429 asks, and tells nobody of its own doors', async () => {
    answer = (reply) => reply.writeHead(429, { 'retry-after': '3600' }).end();
    app = await startTestApp({ SENTRY_DSN: dsn });
    const within = app;
    await fail(within, 'from the door', '/api/:project/envelope');
    await fail(within, 'first');
    await sent(1);
    await eventually(async () => ((await outcomes(within))['refused'] === 1 ? true : undefined));
    await fail(within, 'second');
    expect(await outcomes(within)).toEqual({ dropped: 2, refused: 1 });
    expect(received).toHaveLength(1);
    expect(received[0]?.body).toContain('first');
  });

  it('causes no failure when nobody is there', async () => {
    server.closeAllConnections();
    app = await startTestApp({ SENTRY_DSN: 'http://abc@127.0.0.1:1/1' });
    const within = app;
    expect(await fail(within, 'alone')).toBeDefined();
    await eventually(async () => ((await outcomes(within))['failed'] === 1 ? true : undefined));
    const token = await within.tokenFor('DEVELOPER');
    const { body } = await within.call<{ total: number }>('GET', '/errors/statistics', { token });
    expect(body.total).toBeLessThanOrEqual(1);
  });
});
