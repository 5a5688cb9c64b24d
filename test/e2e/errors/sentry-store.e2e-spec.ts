import { deflateSync, gzipSync } from 'node:zlib';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from './eventually.js';
import { type Account, hex, type Occurrence, type Project, type SendOptions, SentryDoors } from './sentry-doors.js';

interface Answered {
  status: number;
  limits: string | null;
  body: { id?: string; code?: string };
}

let app: TestApp;
let admin: string;
let doors: SentryDoors;
let project: Project;

beforeAll(async () => {
  app = await startTestApp({});
  doors = await SentryDoors.of(app);
  ({ admin } = doors);
  project = await newProject('legacy');
});
afterAll(() => app.close());

const newProject = (name: string, limits?: Record<string, unknown>): Promise<Project> => doors.newProject(name, limits);

const authOf = ({ keys }: Project, client: string): string =>
  `Sentry sentry_key=${keys[0]}, sentry_version=7, sentry_client=${client}`;

async function store(project: Project, sent: string | Buffer, options?: SendOptions): Promise<Answered> {
  const { status, headers, body } = await doors.send('store', project, sent, options);
  return { status, limits: headers.get('x-sentry-rate-limits'), body };
}

const find = (id: string): Promise<Occurrence> => doors.find(id);
const accountOf = (project: Project, isReady: (account: Account) => boolean): Promise<Account> =>
  doors.accountOf(project, isReady);

/** As `sentry_sdk` 1.x writes it. */
const pythonEvent = (id: string): unknown => ({
  level: 'error',
  exception: {
    values: [
      {
        module: 'shop.errors',
        type: 'ChargeError',
        value: 'order cannot be charged',
        mechanism: { type: 'logging', handled: true },
        stacktrace: {
          frames: [{ filename: 'shop/charge.py', abs_path: '/srv/shop/charge.py', function: 'charge', lineno: 22 }],
        },
      },
    ],
  },
  event_id: id,
  timestamp: new Date().toISOString(),
  extra: { password: 'Wolpertinger', 'sys.argv': ['shop.py'] },
  release: 'shop@1.4.0',
  environment: 'production',
  server_name: 'shop-1',
  sdk: { name: 'sentry.python', version: '1.14.0', packages: [{ name: 'pypi:sentry-sdk', version: '1.14.0' }] },
  platform: 'python',
});

describe('the door of Sentry SDKs before envelopes', () => {
  it('takes what sentry_sdk 1 sends: gzip, the key in X-Sentry-Auth', async () => {
    const answer = await store(project, gzipSync(JSON.stringify(pythonEvent(hex('a')))), {
      query: '',
      headers: {
        'content-encoding': 'gzip',
        'content-type': 'application/json',
        'user-agent': 'sentry.python/1.14.0',
        'x-sentry-auth': authOf(project, 'sentry.python/1.14.0'),
      },
    });
    expect(answer).toEqual({ status: 200, limits: null, body: { id: hex('a') } });
    expect(await find(hex('a'))).toMatchObject({
      errorType: 'ChargeError',
      errorMessage: 'order cannot be charged',
      service: 'legacy',
      severity: 'high',
      sourceFile: '/srv/shop/charge.py',
      sourceLine: 22,
      release: 'shop@1.4.0',
      environment: 'production',
      context: { password: '***REDACTED***' },
    });
  });

  it('takes what raven sends: zlib in base64 unannounced, former names, times without offset', async () => {
    const event = {
      event_id: hex('b'),
      timestamp: new Date(Date.now() - 60_000).toISOString().slice(0, 19),
      level: 'warning',
      logger: 'shop',
      message: 'stock is low',
      'sentry.interfaces.Message': { message: 'stock of %s is low', params: ['tea'], formatted: 'stock of tea is low' },
      'sentry.interfaces.User': { id: 'u-7' },
      stacktrace: { frames: [{ filename: 'shop/stock.py', function: 'check', lineno: 7 }] },
    };
    const body = deflateSync(JSON.stringify(event)).toString('base64');
    const headers = {
      'content-type': 'application/octet-stream',
      'x-sentry-auth': authOf(project, 'raven-node/2.6.4'),
    };
    expect(await store(project, `${body}\n`, { query: '', headers })).toMatchObject({ status: 200 });
    const occurrence = await find(hex('b'));
    expect(occurrence).toMatchObject({
      errorMessage: 'stock of tea is low',
      severity: 'medium',
      userId: 'u-7',
      sourceFile: 'shop/stock.py',
    });
    const age = Date.now() - Date.parse(String(occurrence['timestamp']));
    expect(age).toBeGreaterThan(50_000);
    expect(age).toBeLessThan(120_000);
  });

  it('takes deflate, plain text, no closing slash, and makes an id where there is none', async () => {
    const event = JSON.stringify({ exception: [{ type: 'PlainError', value: 'plain' }] });
    const plain = await store(project, ` ${event}`, { slash: false, headers: { 'content-type': 'text/plain' } });
    expect(plain).toMatchObject({ status: 200, body: { id: expect.stringMatching(/^[0-9a-f]{32}$/) } });
    expect(await find(plain.body.id ?? '')).toMatchObject({ errorType: 'PlainError' });
    const deflated = await store(project, deflateSync(event), { headers: { 'content-encoding': 'deflate' } });
    expect(deflated.status).toBe(200);
  });

  it('counts a second delivery as a duplicate', async () => {
    const before = await accountOf(project, () => true);
    const body = JSON.stringify(pythonEvent(hex('c')));
    for (let n = 0; n < 3; n++) expect((await store(project, body)).status).toBe(200);
    const after = await accountOf(project, ({ received }) => received === before.received + 3);
    expect(after).toMatchObject({ stored: before.stored + 1, duplicate: before.duplicate + 2 });
    const events = await eventually(async () => {
      const path = `/errors/projects/${project.id}`;
      const { body } = await app.call<{ items: { event?: number } }>('GET', path, { token: admin });
      // What was received is noted now and then.
      return (body.items.event ?? 0) < 3 ? undefined : body.items.event;
    });
    expect(events).toBeGreaterThanOrEqual(3);
  });

  it('refuses strangers with 403', async () => {
    const body = JSON.stringify(pythonEvent(hex('d')));
    expect((await store(project, body, { query: '' })).status).toBe(403);
    expect((await store({ ...project, keys: [hex('9')] }, body)).body.code).toBe('ERRORS.UNKNOWN_KEY');
    expect((await store({ ...project, id: 4_711 }, body)).status).toBe(403);
  });

  it('answers whatever is malformed with a 4xx, counted as received and refused', async () => {
    const before = await accountOf(project, () => true);
    const bomb = deflateSync(Buffer.alloc(40 * 1024 * 1024, 0x20));
    const cases: [string | Buffer, number, string?][] = [
      ['', 400],
      ['{', 400],
      ['[]', 400],
      ['"text"', 400],
      ['null', 400],
      ['no json at all', 400],
      [Buffer.from([0xff, 0xfe, 0x00, 0x01]), 400],
      [Buffer.from('{"a":1}').toString('base64'), 400],
      [`{"message":"${'x'.repeat(1_100_000)}"}`, 413],
      [bomb, 413, 'deflate'],
      [bomb.toString('base64'), 413],
      ['not gzip', 400, 'gzip'],
      ['{}', 415, 'zstd'],
      // Would take minutes if it were matched naively.
      [`${' '.repeat(2_000_000)}{`, 413],
    ];
    for (const [body, expected, encoding] of cases) {
      const { status } = await store(project, body, {
        headers: encoding === undefined ? {} : { 'content-encoding': encoding },
      });
      expect([body.toString().slice(0, 40), status]).toEqual([body.toString().slice(0, 40), expected]);
    }
    const after = await accountOf(project, ({ received }) => received === before.received + cases.length);
    expect(after).toMatchObject({ refused: before.refused + cases.length, stored: before.stored });
  });

  it('shares the limit of the project with the envelopes', async () => {
    const limited = await newProject('legacy-limited', { rateLimitPerMinute: 2 });
    const envelope = await fetch(`${app.url}/api/${limited.id}/envelope/?sentry_key=${limited.keys[0]}`, {
      method: 'POST',
      body: '{}\n{"type":"event"}\n{"message":"first"}',
    });
    expect(envelope.status).toBe(200);
    expect((await store(limited, '{"message":"second"}')).status).toBe(200);
    expect(await store(limited, '{"message":"third"}')).toMatchObject({
      status: 429,
      limits: expect.stringMatching(/^\d+:error;default:project:/),
    });
  });
});
