import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import { Database } from '#platform/database';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from './eventually.js';
import { hex, type Project, SentryDoors } from './sentry-doors.js';

let app: TestApp;
let doors: SentryDoors;
let project: Project;
let token: string;

beforeAll(async () => {
  app = await startTestApp();
  doors = await SentryDoors.of(app);
  project = await doors.newProject('hostile');
  token = await app.tokenFor('API_USER');
});
afterAll(() => app.close());

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** The only report of a body, as it is kept. */
async function kept(body: string): Promise<Record<string, unknown>> {
  const answer = await app.call<{ ids: string[] }>('POST', '/errors', { token, body });
  expect([answer.status, answer.text.slice(0, 300)]).toEqual([202, expect.stringContaining('ids')]);
  return doors.find(answer.body.ids.at(-1) ?? '');
}

describe('POST /errors', () => {
  const fine = '{"errorType":"Fine","message":"beside it"}';
  const texts = {
    'a NUL': ['"message":"a\\u0000b"', { errorMessage: 'a\ufffdb' }],
    'half a surrogate pair': ['"message":"a\\ud800b"', { errorMessage: 'a\ufffdb' }],
    'a NUL in a name': ['"message":"m","service":"a\\u0000b"', { service: 'a\ufffdb' }],
    'a key that changes objects': [
      '"message":"m","context":{"constructor":{"prototype":1},"__proto__":{"isAdmin":true}}',
      { context: { constructor: { prototype: 1 } } },
    ],
    'an odd field of its own': ['"message":"m","constructor":1,"__proto__":{"message":"other"}', { errorMessage: 'm' }],
    'a message that is too long': [
      `"message":"${'x'.repeat(200_000)}"`,
      { errorMessage: expect.stringMatching(/^x{8000,8192}…\[cut from 200000\]$/) },
    ],
    'a type that is too long': [
      `"message":"m","errorType":"${'T'.repeat(9_000)}"`,
      { errorType: expect.stringMatching(/^T{200,256}…/) },
    ],
    'a fingerprint that is too long': [`"message":"m","fingerprint":[${'"x",'.repeat(99)}"y"]`, { errorMessage: 'm' }],
    'a context that is too deep': [
      `"message":"m","context":{"a":${deep(5_000)},"b":1}`,
      { context: expect.objectContaining({ b: 1 }) },
    ],
    'a context with too many keys': [
      `"message":"m","context":{${Array.from({ length: 60_000 }, (_, index) => `"k${index}":1`).join(',')}}`,
      { context: expect.objectContaining({ k0: 1, '<…>': '<…>' }) },
    ],
  } as const;

  it.each(Object.entries(texts))('cleans and keeps %s, alone and in a batch', async (_, [fields, expected]) => {
    const type = fields.includes('"errorType"') ? '' : '"errorType":"Odd",';
    expect(await kept(`{${type}${fields}}`)).toMatchObject(expected);
    expect(await kept(`{"errors":[${fine},{${type}${fields}}]}`)).toMatchObject(expected);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });

  it.each([
    [`{"errorType":"x","message":${deep(3_000)}}`],
    ['{"errorType":"x","message":"m","unknown":{"constructor":{}}}'],
    ['{"errorType":"x","message":"m","fingerprint":[{"constructor":1}]}'],
    ['{"errorType":"x","message":"m","context":[1]}'],
    ['{"errorType":"\\u0000\\u0000","message":7}'],
  ])('still names what is wrong: %#', async (body) => {
    expect((await app.call('POST', '/errors', { token, body })).status).toBe(422);
  });
});

describe('the doors of the Sentry protocol', () => {
  it.each(['envelope', 'store'] as const)('cut and keep what is too deep: %s', async (door) => {
    const id = hex(door === 'store' ? 'e' : 'f');
    const event = `{"event_id":"${id}","message":"deep","tags":{"a":${deep(5_000)},"b":"1"},"extra":{"c":{"a":${deep(5_000)}}}}`;
    const body = door === 'store' ? event : `{}\n{"type":"event"}\n${event}`;
    expect((await doors.send(door, project, body)).status).toBe(200);
    expect(await doors.find(id)).toMatchObject({ errorMessage: 'deep', tags: { b: '1' } });
  });

  it('cut names, files, messages and lists to their documented lengths', async () => {
    const frame = {
      function: `a ${'[as '.repeat(55_000)}`,
      filename: 'f'.repeat(9_000),
      context_line: 's'.repeat(9_000),
    };
    const event = {
      event_id: hex('1'),
      exception: {
        values: [
          {
            type: 'T'.repeat(9_000),
            value: 'm'.repeat(99_000),
            stacktrace: { frames: Array(600).fill({ filename: 'a.js' }).concat(frame) },
          },
        ],
      },
      breadcrumbs: Array.from({ length: 500 }, (_, index) => ({ message: `${index}` })),
      tags: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`t${index}`, 'v'])),
    };
    expect((await doors.send('store', project, JSON.stringify(event))).status).toBe(200);
    const occurrence = (await doors.find(hex('1'))) as unknown as {
      errorType: string;
      errorMessage: string;
      frames: { function?: string; file: string; source?: string }[];
      breadcrumbs: unknown[];
      tags: object;
    };
    expect(occurrence.errorType).toHaveLength(256);
    expect(occurrence.errorMessage).toHaveLength(8_192);
    expect(occurrence.frames).toHaveLength(250);
    expect(occurrence.frames[0]?.function).toHaveLength(256);
    expect(occurrence.frames[0]?.file).toHaveLength(1_024);
    expect(occurrence.frames[0]?.source).toHaveLength(200);
    expect(occurrence.breadcrumbs).toHaveLength(100);
    expect(Object.keys(occurrence.tags)).toHaveLength(100);
  });

  it('find the key in the first line of what is compressed, and take nothing further of strangers', async () => {
    const { dsn } = project;
    const event = `{"event_id":"${hex('2')}","message":"inside"}`;
    for (const header of [JSON.stringify({ dsn }), JSON.stringify({ dsn, note: 'n'.repeat(3_000) })]) {
      const envelope = `${header}\n{"type":"event"}\n${event}`;
      for (const [encoding, body] of [[undefined, envelope] as const, ['gzip', gzipSync(envelope)] as const]) {
        const headers: Record<string, string> = encoding === undefined ? {} : { 'content-encoding': encoding };
        expect((await doors.send('envelope', project, body, { query: '', headers })).status).toBe(200);
      }
    }
    await doors.find(hex('2'));
    const bomb = gzipSync(Buffer.alloc(15 * 1024 * 1024, '[['));
    const unknown = { ...project, keys: [hex('9')] };
    for (const query of [undefined, '']) {
      const spentMs: number[] = [];
      for (let round = 0; round < 3; round++) {
        const before = process.cpuUsage();
        const sent = await doors.send('envelope', unknown, bomb, {
          headers: { 'content-encoding': 'gzip' },
          ...(query === undefined ? {} : { query }),
        });
        const { user, system } = process.cpuUsage(before);
        expect([sent.status, sent.body.code]).toEqual([403, 'ERRORS.UNKNOWN_KEY']);
        spentMs.push((user + system) / 1000);
      }
      // Inflating alone would take longer, parsing some hundred times as long. The least of them: the collector of garbage counts too.
      expect(Math.min(...spentMs)).toBeLessThan(200);
    }
  });

  it('ask for the limit of a project before they parse its events', async () => {
    const limited = await doors.newProject('asked-first', { rateLimitPerMinute: 1 });
    const event = '{"type":"event"}\n{"message":"m"}';
    expect((await doors.send('envelope', limited, `{}\n${event}`)).status).toBe(200);
    // What cannot be parsed would be 400.
    const broken = await doors.send('envelope', limited, '{}\n{"type":"event"}\nno json');
    expect(broken.status).toBe(429);
  });
});

describe('reports that an older version left in its write-ahead file', () => {
  it('stop nothing: what takes too long is quarantined, the rest is stored', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'devskyy-hostile-'));
    const folder = path.join(dir, 'data', 'errors');
    await mkdir(folder, { recursive: true });
    const good = [line(1), line(4)];
    const frame = { function: `a ${'[as '.repeat(55_000)}`, file: `${'node_modules/'.repeat(9_000)}x`, inApp: true };
    const hostile = line(2, { frames: [frame, frame], errorMessage: 'a'.repeat(16_000) });
    const huge = line(3, { stackTrace: 'x'.repeat(5 * 1024 * 1024) });
    await writeFile(
      path.join(folder, '20261124_100000_0a1b2c3d.000001.wal'),
      [good[0]?.text, hostile.text, huge.text, good[1]?.text].join(''),
    );
    const restarted = await startTestApp({
      DATA_DIR: path.join(dir, 'data'),
      ARTIFACTS_DIR: path.join(dir, 'artifacts'),
    });
    try {
      const database = restarted.get(Database);
      const ids = await eventually(async () => {
        const rows = await database.query<{ id: string }>('SELECT id FROM error_occurrence');
        return rows.length === 3 ? rows.map(({ id }) => id) : undefined;
      }, 15_000);
      expect(ids.sort()).toEqual([...good, hostile].map(({ id }) => id).sort());
      const [quarantined] = await database.query<{ reason: string }>('SELECT reason FROM error_quarantine');
      expect(quarantined?.reason).toContain('bytes');
    } finally {
      await restarted.close();
      await rm(dir, { recursive: true, force: true });
    }
  }, 60_000);
});

/** A report as an older version wrote it, with what it did not cut. */
function line(sequence: number, changes: Record<string, unknown> = {}): { id: string; text: string } {
  const id = randomUUID();
  const at = '2026-11-24T10:00:00.000Z';
  const occurrence = {
    ...{ errorId: id, timestamp: at, receivedAt: at, severity: 'high', category: 'unknown', errorType: 'OldError' },
    ...{ errorMessage: `number ${sequence}`, stackTrace: null, context: {}, correlationId: null, userId: null },
    ...{
      endpoint: null,
      method: null,
      sourceFile: null,
      sourceLine: null,
      service: 'old',
      release: null,
      environment: null,
    },
    ...{ frames: [], causes: [], tags: {}, user: null, breadcrumbs: [], contexts: {}, ...changes },
  };
  const json = JSON.stringify({ sequence, occurrence });
  return { id, text: `${crc32(json).toString(16).padStart(8, '0')} ${json}\n` };
}
