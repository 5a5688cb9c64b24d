import { readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from './eventually.js';
import {
  type Account,
  hex,
  type Occurrence,
  type Project,
  type SendOptions,
  type Sent,
  SentryDoors,
} from './sentry-doors.js';

interface Recorded {
  url: string;
  encoding?: string;
  body: string;
}

const RECORDED_KEY = '0123456789abcdef0123456789abcdef';
const FIXTURES = path.resolve(__dirname, '../../fixtures/sentry');

let app: TestApp;
let admin: string;
let developer: string;
let doors: SentryDoors;

beforeAll(async () => {
  app = await startTestApp({ ERRORS_SCRUB_PII: 'true' });
  doors = await SentryDoors.of(app);
  ({ admin, developer } = doors);
});
afterAll(() => app.close());

const newProject = (name: string, limits?: Record<string, unknown>): Promise<Project> => doors.newProject(name, limits);
const send = (project: Pick<Project, 'id' | 'keys'>, body: string | Buffer, options?: SendOptions): Promise<Sent> =>
  doors.send('envelope', project, body, options);
const find = (id: string): Promise<Occurrence> => doors.find(id);
const accountOf = (project: Project, isReady: (account: Account) => boolean): Promise<Account> =>
  doors.accountOf(project, isReady);

const itemsOf = (
  project: Project,
  isReady: (items: Record<string, number>) => boolean,
): Promise<Record<string, number>> =>
  eventually(async () => {
    const route = `/errors/projects/${project.id}`;
    const { body } = await app.call<{ items: Record<string, number> }>('GET', route, { token: admin });
    return isReady(body.items) ? body.items : undefined;
  });

const envelope = (id: string, event: unknown): string =>
  `{"event_id":"${id}"}\n{"type":"event"}\n${JSON.stringify(event)}`;

describe('unmodified Sentry SDKs', () => {
  const groups = new Map<string, Set<string>>();

  it.each([8, 9, 10, 11])('@sentry/node %i delivers everything it sends', async (major) => {
    const recorded = JSON.parse(readFileSync(path.join(FIXTURES, `node-${major}.json`), 'utf8')) as Recorded[];
    const project = await newProject(`shop-${major}`);
    const ids: string[] = [];
    for (const { url, encoding, body } of recorded) {
      const bytes = encoding ? Buffer.from(body, 'base64') : body;
      const query = url.slice(url.indexOf('?')).replace(RECORDED_KEY, project.keys[0] ?? '');
      const answer = await send(project, bytes, {
        query,
        headers: encoding ? { 'content-encoding': encoding } : {},
      });
      expect(answer.status).toBe(200);
      if (answer.body.id !== undefined) ids.push(answer.body.id);
    }
    expect(ids.length).toBeGreaterThanOrEqual(5);
    const occurrences = await Promise.all([...new Set(ids)].map(find));
    const titled = new Map(occurrences.map((occurrence) => [String(occurrence['errorType']), occurrence]));
    expect(titled.get('Error')).toMatchObject({
      errorMessage: 'order 4711 cannot be charged',
      service: `shop-${major}`,
      release: 'shop@1.4.0',
      environment: 'production',
      severity: 'high',
      sourceFile: '/srv/shop/shop.cjs',
      sourceLine: 22,
      tags: { region: 'eu-west' },
      causes: [{ type: 'TypeError', message: 'stock of 4711 is no number' }],
      context: { password: '***REDACTED***', cart: 'blue kettle' },
    });
    expect(titled.get('Message')).toMatchObject({ severity: 'medium', errorMessage: 'Stock of item 4711 is low' });
    expect(titled.get('EvalError')).toMatchObject({ severity: 'critical' });
    expect(String((titled.get('SyntaxError')?.['context'] as { receipt: string }).receipt)).toHaveLength(49_000);
    expect(JSON.stringify(occurrences)).not.toMatch(/Wolpertinger|ada@example|203\.0\.113/);
    for (const { errorType, groupId } of occurrences) {
      const { body } = await app.call<{ why: { parts: string[] } }>('GET', `/errors/${groupId}`, { token: developer });
      const keys = groups.get(String(errorType)) ?? new Set();
      groups.set(String(errorType), keys.add(JSON.stringify(body.why)));
    }
    // Items are counted a moment later; the SDKs tell what they dropped before they send the last event.
    const items = await itemsOf(project, ({ event }) => event === ids.length);
    const account = await accountOf(project, () => true);
    expect(account).toMatchObject({ received: ids.length, refused: 0, quarantined: 0 });
    expect(account.stored + account.duplicate).toBe(account.received);
    expect(account.lostBySender).toBeGreaterThanOrEqual(36);
    expect(items).toMatchObject({ attachment: 1, session: expect.any(Number) });
    const { text: metrics } = await app.call('GET', '/metrics');
    expect(metrics).toContain(`devskyy_error_project_received{project="shop-${major}"} ${ids.length}`);
    expect(metrics).toMatch(/devskyy_error_sender_lost_total [1-9]/);
  });

  it('group the same error alike in all four versions', () => {
    expect([...groups.keys()].sort()).toEqual(['Error', 'EvalError', 'Message', 'RangeError', 'SyntaxError']);
    for (const [type, reasons] of groups) expect([type, [...reasons]]).toEqual([type, [expect.any(String)]]);
  });
});

describe('the door of the Sentry protocol', () => {
  let project: Project;
  beforeAll(async () => {
    project = await newProject('door');
  });

  const error = { exception: { values: [{ type: 'DoorError', value: 'creaks' }] } };

  it('answers with and without the closing slash, and finds the event by its id', async () => {
    const answer = await send(project, envelope(hex('a'), error));
    expect(answer).toMatchObject({ status: 200, body: { id: hex('a') } });
    expect((await send(project, envelope(hex('b'), error), { slash: false })).status).toBe(200);
    const dashed = 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa';
    expect(await find(hex('a'))).toMatchObject({ errorId: dashed, service: 'door', severity: 'high' });
    expect(await find(dashed)).toMatchObject({ errorId: dashed });
  });

  it('takes a second delivery for a duplicate', async () => {
    const before = await accountOf(project, () => true);
    await Promise.all(Array.from({ length: 8 }, () => send(project, envelope(hex('c'), error))));
    const after = await accountOf(project, ({ received }) => received === before.received + 8);
    expect(after).toMatchObject({ stored: before.stored + 1, duplicate: before.duplicate + 7 });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ])('reads %s', async (encoding, compress) => {
    const body = compress(envelope(hex('d'), error));
    const answer = await send(project, body, {
      headers: { 'content-encoding': encoding, 'content-type': 'application/x-sentry-envelope' },
    });
    expect(answer).toMatchObject({ status: 200, body: { id: hex('d') } });
  });

  it('finds the key in headers and in the envelope, and refuses keys that differ', async () => {
    const [key = ''] = project.keys;
    const auth = `Sentry sentry_version=7, sentry_key=${key}, sentry_client=test/1`;
    const body = envelope(hex('e'), error);
    for (const header of ['x-sentry-auth', 'authorization']) {
      expect((await send(project, body, { query: '', headers: { [header]: auth } })).status).toBe(200);
    }
    const withDsn = body.replace('{"event_id"', `{"dsn":"${project.dsn}","event_id"`);
    expect((await send(project, withDsn, { query: '' })).status).toBe(200);
    const other = { 'x-sentry-auth': `Sentry sentry_key=${hex('0')}` };
    expect((await send(project, body, { headers: other })).status).toBe(403);
    expect((await send(project, body, { query: `?sentry_key=${key}&sentry_key=${hex('0')}` })).status).toBe(403);
  });

  it('refuses strangers with 403', async () => {
    const body = envelope(hex('f'), error);
    const unknown = await send({ id: project.id, keys: [hex('9')] }, body);
    expect(unknown).toMatchObject({ status: 403, body: { code: 'ERRORS.UNKNOWN_KEY' } });
    expect((await send(project, body, { query: '' })).status).toBe(403);
    const elsewhere = await newProject('elsewhere');
    expect((await send({ id: elsewhere.id, keys: project.keys }, body)).status).toBe(403);
    for (const id of ['x', '0', '-1', '99999999999999999999', '1e3']) {
      const response = await fetch(`${app.url}/api/${id}/envelope/?sentry_key=${project.keys[0]}`, {
        method: 'POST',
        body,
      });
      expect([id, response.status]).toEqual([id, 403]);
    }
  });

  it('answers whatever is malformed with a 4xx, and counts it as received and refused', async () => {
    const before = await accountOf(project, () => true);
    const header = `{"event_id":"${hex('1')}"}`;
    const bodies: (string | Buffer)[] = [
      '',
      '\n',
      'no json',
      '[]',
      'null',
      `${header}\nno json\n{}`,
      `${header}\n[]\n{}`,
      `${header}\n{}\n{}`,
      `${header}\n{"type":7}\n{}`,
      `${header}\n{"type":"event"}\n`,
      `${header}\n{"type":"event"}\n[]`,
      `${header}\n{"type":"event"}\n"text"`,
      `${header}\n{"type":"event","length":-1}\n{}`,
      `${header}\n{"type":"event","length":1.5}\n{}`,
      `${header}\n{"type":"event","length":9007199254740993}\n{}`,
      `${header}\n{"type":"event","length":1}\n{}`,
      Buffer.from([0xff, 0xfe, 0x00, 0x01]),
      Buffer.concat([Buffer.from(`${header}\n{"type":"event"}\n`), Buffer.alloc(64, 0xff)]),
      envelope(hex('1'), { message: 'x'.repeat(1_100_000) }),
    ];
    for (const body of bodies) {
      const { status } = await send(project, body);
      expect([body.toString().slice(0, 80), status >= 400 && status < 500]).toEqual([
        body.toString().slice(0, 80),
        true,
      ]);
    }
    const encodings: [string, Buffer, number][] = [
      ['gzip', Buffer.from('not gzip'), 400],
      ['gzip', gzipSync(envelope(hex('1'), error)).subarray(0, 30), 400],
      ['zstd', Buffer.from('x'), 415],
      ['gzip', gzipSync(Buffer.alloc(40 * 1024 * 1024)), 413],
    ];
    for (const [encoding, body, expected] of encodings) {
      const { status } = await send(project, body, { headers: { 'content-encoding': encoding } });
      expect([encoding, status]).toEqual([encoding, expected]);
    }
    const refused = bodies.length + encodings.length;
    const after = await accountOf(project, ({ received }) => received === before.received + refused);
    expect(after).toMatchObject({ refused: before.refused + refused, stored: before.stored });
  });

  it('takes odd but valid events of any shape without a 5xx', async () => {
    const deep = `${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`;
    const events = [
      '{}',
      '{"exception":null,"message":{},"tags":[["a","b"],["c"]],"fingerprint":[1,null,"x"]}',
      '{"exception":[{"type":7,"value":{"a":1}}],"breadcrumbs":{"values":[1,null,{"message":"m"}]}}',
      '{"exception":{"type":"Bare","value":"one"},"threads":7,"user":[],"request":"x","contexts":[]}',
      '{"exception":{"values":[{"stacktrace":{"frames":[null,7,{"lineno":"x","function":[]}]}}]}}',
      '{"message":"\\u0000 and \\ud800","level":"silly","timestamp":"x","extra":{"__proto__":{"a":1}}}',
      '{"timestamp":1e300,"message":"far","release":{},"environment":["x"]}',
      `{"message":"deep","extra":${deep}}`,
      `{"message":"many","tags":{${Array.from({ length: 5_000 }, (_, n) => `"t${n}":${n}`).join(',')}}}`,
    ];
    for (const [index, event] of events.entries()) {
      const id = String(index).padStart(32, '7');
      const answer = await send(project, `{"event_id":"${id}"}\n{"type":"event"}\n${event}`);
      expect([event.slice(0, 60), answer.status]).toEqual([event.slice(0, 60), 200]);
      await find(id);
    }
    const account = await accountOf(project, () => true);
    expect(account.quarantined).toBe(0);
  });

  it('skips unknown items and attachments with line feeds, and counts them', async () => {
    const body = [
      `{"event_id":"${hex('2')}"}`,
      '{"type":"attachment","length":11,"filename":"a.txt"}',
      'line1\nline2',
      '{"type":"hologram"}',
      '{"whatever":true}',
      '{"type":"transaction"}',
      '{}',
      '{"type":"client_report"}',
      '{"discarded_events":[{"reason":"before_send","category":"error","quantity":3},{"reason":1},null]}',
      '{"type":"event"}',
      JSON.stringify(error),
      '',
    ].join('\n');
    expect(await send(project, body)).toMatchObject({ status: 200, body: { id: hex('2') } });
    await find(hex('2'));
    const sessionOnly = await send(project, '{}\n{"type":"session"}\n{}');
    expect(sessionOnly).toMatchObject({ status: 200, body: {} });
    await accountOf(project, ({ lostBySender }) => lostBySender === 3);
    const detail = await app.call<{ items: Record<string, number>; senderLosses: unknown[] }>(
      'GET',
      `/errors/projects/${project.id}`,
      { token: admin },
    );
    expect(detail.body.items).toMatchObject({ hologram: 1, transaction: 1, client_report: 1 });
    expect(detail.body.senderLosses).toEqual([{ category: 'error', reason: 'before_send', quantity: 3 }]);
  });

  it.each([
    [{ level: 'fatal' }, 'critical'],
    [{ level: 'error' }, 'high'],
    [{ level: 'warning' }, 'medium'],
    [{ level: 'info' }, 'info'],
    [{ level: 'debug' }, 'info'],
    [{}, 'high'],
    [{ level: 'error', exception: { values: [{ type: 'E', mechanism: { handled: false } }] } }, 'critical'],
    [{ level: 'warning', exception: { values: [{ type: 'E', mechanism: { handled: false } }] } }, 'high'],
  ])('maps %j to %s', async (event, severity) => {
    const { body } = await send(project, `{}\n{"type":"event"}\n${JSON.stringify({ ...error, ...event })}`);
    expect((await find(body.id ?? '')).severity).toBe(severity);
  });

  it('groups a message by its text even when a synthetic stack is attached', async () => {
    const attach = (line: number, name: string): unknown => ({
      message: `disk ${line} is full`,
      exception: {
        values: [
          {
            value: `disk ${line} is full`,
            mechanism: { type: 'generic', synthetic: true },
            stacktrace: { frames: [{ function: name, filename: '/srv/a.js', lineno: line }] },
          },
        ],
      },
    });
    const first = await send(project, envelope(hex('3'), attach(1, 'watch')));
    const second = await send(project, envelope(hex('4'), attach(2, 'poll')));
    const groups = [await find(first.body.id ?? ''), await find(second.body.id ?? '')];
    expect(groups[0]?.groupId).toBe(groups[1]?.groupId);
  });

  it('corrects a clock that is far off', async () => {
    const hourAgo = Date.now() / 1000 - 3600;
    const sent = new Date((hourAgo + 5) * 1000).toISOString();
    const head = `{"event_id":"${hex('5')}","sent_at":"${sent}"}`;
    await send(project, `${head}\n{"type":"event"}\n${JSON.stringify({ ...error, timestamp: hourAgo })}`);
    const { timestamp } = await find(hex('5'));
    expect(Math.abs(Date.now() - 5_000 - Date.parse(String(timestamp)))).toBeLessThan(4_000);
  });

  it('limits a project in the way the SDKs understand', async () => {
    const limited = await newProject('limited', { rateLimitPerMinute: 2 });
    const statuses: number[] = [];
    let last: Sent | undefined;
    for (let n = 0; n < 4; n++) {
      last = await send(limited, `{}\n{"type":"event"}\n${JSON.stringify(error)}`);
      statuses.push(last.status);
    }
    expect(statuses).toEqual([200, 200, 429, 429]);
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(last?.headers.get('x-sentry-rate-limits')).toMatch(/^\d+:error;default:project:/);
    await accountOf(limited, ({ received, stored, refused }) => received === 4 && stored === 2 && refused === 2);
    expect((await send(project, envelope(hex('6'), error))).status).toBe(200);
  });
});

describe('events', () => {
  const eventId = (digit: string): string => `${digit}${'e'.repeat(31)}`;

  it('keep the parameters of a message, and are grouped by its template', async () => {
    const project = await newProject('templates');
    const logged = (name: string): unknown => ({ logentry: { message: 'user %s failed', params: [name] } });
    await send(project, envelope(eventId('a'), logged('bob')));
    await send(project, envelope(eventId('b'), logged('ada lovelace')));
    const [bob, ada] = [await find(eventId('a')), await find(eventId('b'))];
    expect([bob['errorMessage'], ada['errorMessage']]).toEqual(['user bob failed', 'user ada lovelace failed']);
    expect(bob['context']).toEqual({ params: ['bob'] });
    expect(bob.groupId).toBe(ada.groupId);
  });

  it.each([
    ['critical', 'critical'],
    ['FATAL', 'critical'],
    ['warn', 'medium'],
    [50, 'critical'],
    [40, 'high'],
    [30, 'medium'],
    [20, 'info'],
    [10, 'info'],
    [3, 'high'],
    ['constructor', 'high'],
    ['nonsense', 'high'],
  ])('have the severity of level %s', async (level, severity) => {
    const project = await newProject(`level-${level}`);
    const id = Buffer.from(String(level).padEnd(16, '-')).toString('hex');
    await send(project, envelope(id, { level, message: `at level ${level}` }));
    expect((await find(id)).severity).toBe(severity);
  });

  it('keep the lines around frames and, for developers, what their variables were', async () => {
    const project = await newProject('variables');
    const frame = {
      function: 'pay',
      filename: 'shop/pay.py',
      context_line: 'charge(card)',
      pre_context: ['card = find(id)'],
      post_context: ['notify(user)'],
      vars: { attempt: 2, password: 'hunter2', order: { id: 7, note: 'x'.repeat(5_000) } },
    };
    const value = { type: 'ValueError', value: 'x', stacktrace: { frames: [frame] } };
    await send(project, envelope(eventId('c'), { exception: { values: [value] } }));
    const [found] = (await find(eventId('c')))['frames'] as Record<string, unknown>[];
    expect(found).toMatchObject({ before: ['card = find(id)'], source: 'charge(card)', after: ['notify(user)'] });
    const variables = found?.['variables'] as Record<string, unknown>;
    expect(variables).toMatchObject({ attempt: 2 });
    expect(String(variables['order']).length).toBeLessThan(1_100);
    expect(JSON.stringify(variables)).not.toContain('hunter2');
    const reader = await app.tokenFor('READ_ONLY');
    const seen = await app.call<Occurrence>('GET', `/errors/occurrences/${eventId('c')}`, { token: reader });
    expect(JSON.stringify(seen.body)).not.toContain('attempt');
  });
});

describe('projects', () => {
  it('are audited with their keys, which nobody can read there', async () => {
    const project = await newProject('audited', { retentionDays: 7 });
    const keys = `/errors/projects/${project.id}/keys`;
    const { body: added } = await app.call<{ key: string }>('POST', keys, { token: admin });
    await app.call('DELETE', `${keys}/${added.key}`, { token: admin });
    await app.call('DELETE', `/errors/projects/${project.id}`, { token: admin });
    const { body } = await app.call<{ items: { action: string; details: Record<string, unknown> }[] }>(
      'GET',
      '/audit-events?limit=4',
      { token: admin },
    );
    expect(body.items.map(({ action }) => action)).toEqual(
      ['deleted', 'key_removed', 'key_added', 'created'].map((verb) => `error_project.${verb}`),
    );
    expect(body.items.map(({ details }) => details['projectId'])).toEqual(Array(4).fill(project.id));
    expect(JSON.stringify(body.items)).not.toContain(added.key);
  });

  it('are made, listed, given keys and removed by administrators only', async () => {
    const project = await newProject('lifecycle');
    expect(project.dsn).toBe(`${app.url.replace('://', `://${project.keys[0]}@`)}/${project.id}`);
    expect(project.keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
    const twice = await app.call('POST', '/errors/projects', { token: admin, body: { name: 'lifecycle' } });
    expect(twice.status).toBe(409);
    const keys = `/errors/projects/${project.id}/keys`;
    const added = await app.call<{ key: string; dsn: string }>('POST', keys, { token: admin });
    expect(added.status).toBe(201);
    expect(added.body.dsn).toContain(added.body.key);
    const body = '{}\n{"type":"session"}\n{}';
    expect((await send({ id: project.id, keys: [added.body.key] }, body)).status).toBe(200);
    expect((await app.call('DELETE', `${keys}/${project.keys[0]}`, { token: admin })).status).toBe(204);
    expect((await app.call('DELETE', `${keys}/${project.keys[0]}`, { token: admin })).status).toBe(404);
    expect((await send(project, body)).status).toBe(403);
    const listed = await app.call<{ items: { key: string }[] }>('GET', keys, { token: admin });
    expect(listed.body.items.map(({ key }) => key)).toEqual([added.body.key]);
    const names: string[] = [];
    for (let cursor = ''; ;) {
      const page = await app.call<{ items: Project[]; nextCursor: string | null }>(
        'GET',
        `/errors/projects?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
        { token: admin },
      );
      names.push(...page.body.items.map(({ name }) => name));
      if (page.body.nextCursor === null) break;
      cursor = page.body.nextCursor;
    }
    expect(names).toContain('lifecycle');
    expect(new Set(names).size).toBe(names.length);
    expect((await app.call('DELETE', `/errors/projects/${project.id}`, { token: admin })).status).toBe(204);
    expect((await app.call('GET', `/errors/projects/${project.id}`, { token: admin })).status).toBe(404);
    expect((await app.call('POST', keys, { token: admin })).status).toBe(404);
    expect((await send({ id: project.id, keys: [added.body.key] }, body)).status).toBe(403);
    await newProject('lifecycle');
    for (const method of ['GET', 'POST'] as const) {
      const denied = await app.call(method, '/errors/projects', {
        token: developer,
        ...(method === 'POST' ? { body: { name: 'x' } } : {}),
      });
      expect(denied.status).toBe(403);
    }
    for (const wrong of [{}, { name: '' }, { name: 'a b' }, { name: 'x', retentionDays: 0 }, { name: 'x', more: 1 }]) {
      expect((await app.call('POST', '/errors/projects', { token: admin, body: wrong })).status).toBe(422);
    }
    for (const id of ['x', '0', '99999999999', '7777']) {
      expect((await app.call('GET', `/errors/projects/${id}`, { token: admin })).status).toBe(404);
    }
  });

  it('are known to the other replica at once, and gone there within seconds', async () => {
    const other = await startTestApp({}, app);
    try {
      const project = await newProject('replicated');
      const post = async (): Promise<number> =>
        (
          await fetch(`${other.url}/api/${project.id}/envelope/?sentry_key=${project.keys[0]}`, {
            method: 'POST',
            body: '{}\n{"type":"session"}\n{}',
          })
        ).status;
      expect(await eventually(async () => ((await post()) === 200 ? 200 : undefined), 2_000)).toBe(200);
      await app.call('DELETE', `/errors/projects/${project.id}`, { token: admin });
      expect(await eventually(async () => ((await post()) === 403 ? 403 : undefined), 8_000)).toBe(403);
    } finally {
      await other.close();
    }
  });
});
