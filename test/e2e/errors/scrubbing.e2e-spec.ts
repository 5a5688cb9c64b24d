import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Database } from '#platform/database';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from './eventually.js';

/** What must not be kept, in the words it comes in; the part between ⟨ and ⟩ is looked for afterwards. */
const SECRETS = [
  'password=⟨Zx9-hunter-0001⟩',
  'passwd: ⟨Zx9-hunter-0002⟩',
  '{"password": "⟨Zx9 hunter 0003⟩"}',
  '{\\"client_secret\\":\\"⟨Zx9-hunter-0004⟩\\"}',
  "apiKey='⟨Zx9-hunter-0005⟩'",
  'https://api.example.com/v1?access_token=⟨Zx9-hunter-0006⟩&page=2',
  'x-api-key: ⟨Zx9-hunter-0007⟩',
  'postgres://app:⟨Zx9-hunter-0008⟩@db.example.com:5432/shop',
  'redis://:⟨Zx9-hunter-0009⟩@cache:6379/0',
  'Authorization: Bearer ⟨Zx9hunter0010Zx9hunter⟩',
  'authorization: Basic ⟨Wng5OmhudW50ZXIwMDEx⟩',
  'Cookie: theme=dark; sid=⟨Zx9-hunter-0012⟩',
  'Set-Cookie: session=⟨Zx9-hunter-0013⟩; HttpOnly',
  '⟨eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJaeDkifQ.c2lnbmF0dXJlLVp4OQ⟩',
  '⟨AKIAZX9HUNTER0014ABC⟩',
  '⟨ghp_Zx9hunter0015Zx9hunter0015Zx9hunter⟩',
  '⟨glpat-Zx9hunter0016Zx9h⟩',
  '⟨sk_live_Zx9hunter0017⟩',
  '⟨sk-ant-Zx9hunter0018-Zx9hunter⟩',
  '⟨xoxb-Zx9hunter0019-Zx9hunter⟩',
  '⟨npm_Zx9hunter0020Zx9hunter0020Zx9hunter0⟩',
  'card ⟨4111 1111 1111 1111⟩',
  'card ⟨5500-0000-0000-0004⟩',
  'card ⟨340000000000009⟩',
  'IBAN ⟨DE89 3704 0044 0532 0130 00⟩',
  'SSN ⟨078-05-1120⟩',
  'ENOENT /home/⟨zx9hunter21⟩/config.yml',
  'ENOENT /Users/⟨zx9hunter22⟩/config.yml',
  'mail to ⟨zx9.hunter⟩@example.com',
  'from ⟨203.0.113.77⟩',
  '-----BEGIN PRIVATE KEY-----\n⟨Zx9hunter0023Zx9hunter0023⟩\n-----END PRIVATE KEY-----',
].map((text) => ({
  text: text.replace(/[⟨⟩]/g, ''),
  secret: /⟨([\s\S]+)⟩/.exec(text)?.[1] ?? '',
}));

/** A secret that is one only by the name of its field. */
const NAMED = 'correct horse battery 9f';

/** What looks like a secret and is none. */
const INNOCENT = {
  author: 'Ada Lovelace',
  tokenCount: 12,
  maxTokens: 4096,
  keyboard: 'qwerty',
  primaryKey: 'orders.id',
  authorId: 'author-17',
  passengers: 'three',
  order: '4111 1111 1111 1112',
  iban: 'DE00 3704 0044 0532 0130 00',
  commit: 'd76b000c2ac958b9939d2c031062a83cdf0011aa',
  uuid: '01980f5e-7c1a-7d3e-9a51-0242ac120002',
  phoneExtension: '555-01-00',
  path: '/srv/home/shop/index.js',
  note: 'the secretary passed the token ring to Basil, keys in hand',
};

/** Beside the folder of the application, which is made when it starts. */
let logs: string;
let app: TestApp;
let developer: string;

beforeAll(async () => {
  logs = await mkdtemp(path.join(tmpdir(), 'devskyy-logs-'));
  app = await startTestApp({
    ERRORS_SCRUB_PII: 'true',
    LOG_ENABLE_FILE: 'true',
    LOG_LEVEL: 'DEBUG',
    LOG_DIR: logs,
  });
  developer = await app.tokenFor('DEVELOPER');
});
afterAll(async () => {
  await app.close();
  await rm(logs, { recursive: true, force: true });
});

/** Everything the service has kept and everything it answers about these errors. */
async function everythingKept(ids: readonly string[]): Promise<string> {
  const answers: string[] = [];
  const errorIds: string[] = [];
  for (const id of ids) {
    const occurrence = await eventually(async () => {
      const answer = await app.call<{ errorId: string; groupId: string }>('GET', `/errors/occurrences/${id}`, {
        token: developer,
      });
      return answer.status === 200 ? answer : undefined;
    });
    const group = await app.call('GET', `/errors/${occurrence.body.groupId}`, { token: developer });
    answers.push(occurrence.text, group.text);
    errorIds.push(occurrence.body.errorId);
  }
  for (const route of ['/errors?limit=100', '/errors/statistics', '/errors/runs', '/metrics']) {
    answers.push((await app.call('GET', route, { token: developer })).text);
  }
  const runs = await app.call<{ items: { runId: string }[] }>('GET', '/errors/runs', { token: developer });
  const runId = runs.body.items[0]?.runId ?? '';
  for (const route of [`/errors/runs/${runId}`, `/errors/runs/${runId}/report`]) {
    answers.push((await app.call('GET', route, { token: developer })).text);
  }
  const database = app.get(Database);
  const tables = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_name LIKE 'error%'`,
  );
  const rows = await Promise.all(tables.map(({ name }) => database.query(`SELECT t::text FROM ${name} t`)));
  // The artifact is written at intervals.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const entries = await Promise.all(
    [app.dir, logs].map((dir) => readdir(dir, { recursive: true, withFileTypes: true })),
  );
  const files = entries.flat().filter((entry) => entry.isFile());
  const texts = await Promise.all(files.map((entry) => readFile(path.join(entry.parentPath, entry.name), 'utf8')));
  expect(texts.join('').includes(errorIds[0] ?? 'none')).toBe(true);
  return [...answers, JSON.stringify(rows), ...texts].join('\n');
}

/** Secrets that are found, in any of the spellings that JSON and PostgreSQL give them. */
function leaked(kept: string): string[] {
  const plain = kept.replace(/\\+n/g, '\n').replace(/\\+"/g, '"');
  return [...SECRETS.map(({ secret }) => secret), NAMED].filter((secret) => plain.includes(secret));
}

/** Look-alikes that were taken for secrets. */
function lost(kept: string): string[] {
  return Object.values(INNOCENT)
    .map(String)
    .filter((value) => !kept.includes(value));
}

describe('secrets', () => {
  it('do not survive the JSON door in any field', async () => {
    const token = await app.tokenFor('API_USER');
    const errors = SECRETS.map(({ text }) => {
      const short = text.slice(0, 100);
      const fits = text.length <= 100 ? short : 'short';
      return {
        errorType: fits,
        message: `${text} and again ${text}`,
        stackTrace: `Error: ${text}\n    at load (/srv/app/${encodeURI(fits).slice(0, 3)}.js:1:2)\n    at ${text}\n${text}`,
        context: {
          text,
          [fits]: 1,
          list: [text, { deep: { deeper: text } }],
          password: NAMED,
          headers: [
            ['x-api-key', NAMED],
            ['Cookie', NAMED],
          ],
          fields: [
            { name: 'password', value: NAMED },
            { key: 'apiToken', value: NAMED },
          ],
          json: JSON.stringify({ nested: text, secretKey: NAMED }),
          innocent: INNOCENT,
        },
        correlationId: fits,
        userId: fits,
        endpoint: `/orders?${fits}`,
        service: fits,
        release: fits,
        environment: fits,
        fingerprint: [fits],
      };
    });
    const answer = await app.call<{ ids: string[] }>('POST', '/api/v1/errors', { token, body: { errors } });
    expect(answer.status).toBe(202);
    const kept = await everythingKept(answer.body.ids);
    expect(leaked(kept)).toEqual([]);
    expect(lost(kept)).toEqual([]);
  });

  it('do not survive the Sentry door in any field', async () => {
    const admin = await app.tokenFor('ADMIN');
    const project = await app.call<{ id: number; keys: string[] }>('POST', '/errors/projects', {
      token: admin,
      body: { name: 'scrubbed' },
    });
    const address = `/api/${project.body.id}/envelope/?sentry_key=${project.body.keys[0]}`;
    const ids: string[] = [];
    for (const { text } of SECRETS) {
      const frame = { function: text, module: text, filename: text, abs_path: text, context_line: text };
      const event = {
        exception: {
          values: [
            { type: text, value: text, stacktrace: { frames: [frame] } },
            {
              type: text,
              value: text,
              module: text,
              stacktrace: { frames: [{ ...frame, vars: { text }, pre_context: [text] }] },
            },
          ],
        },
        logentry: { formatted: text, message: text, params: [text] },
        transaction: text,
        logger: text,
        server_name: text,
        release: text,
        environment: text,
        dist: text,
        platform: text,
        fingerprint: [text],
        tags: { text, [text]: 'x', password: NAMED },
        extra: { text, secret: NAMED, innocent: INNOCENT, pairs: [['token', NAMED]] },
        contexts: { app: { text, api_key: NAMED }, [text]: { x: 1 } },
        user: { id: text, email: 'zx9.hunter@example.com', ip_address: '203.0.113.77', token: NAMED },
        request: {
          url: `https://shop.example.com/${text}`,
          method: text,
          query_string: `password=${NAMED}&q=${text}`,
          cookies: `sid=${NAMED}`,
          headers: [
            ['Authorization', `Token ${NAMED}`],
            ['X-Text', text],
          ],
          data: JSON.stringify({ password: NAMED, text }),
          env: { REMOTE_ADDR: '203.0.113.77', SECRET_KEY: NAMED },
        },
        breadcrumbs: [{ message: text, category: text, data: { url: text, authorization: NAMED } }],
        modules: { [text]: text },
        sdk: { name: text, version: text, packages: [{ name: text }] },
        debug_meta: { images: [{ code_file: text }] },
        threads: { values: [{ name: text, stacktrace: { frames: [frame] } }] },
      };
      const lost = { discarded_events: [{ reason: text, category: text, quantity: 1 }] };
      const body = [
        JSON.stringify({ sdk: { name: text }, trace: { transaction: text } }),
        JSON.stringify({ type: 'attachment', length: Buffer.byteLength(text), filename: text }),
        text,
        JSON.stringify({ type: text }),
        JSON.stringify({ text }),
        JSON.stringify({ type: 'client_report' }),
        JSON.stringify(lost),
        JSON.stringify({ type: 'event' }),
        JSON.stringify(event),
      ].join('\n');
      const answer = await app.call<{ id: string }>('POST', address, { body });
      expect(answer.status).toBe(200);
      ids.push(answer.body.id);
    }
    // What cannot be read is refused without being repeated.
    await app.call('POST', address, { body: `${SECRETS[0]?.text}\n${NAMED}` });
    const kept = await everythingKept(ids);
    expect(leaked(kept)).toEqual([]);
    expect(lost(kept)).toEqual([]);
  });
});
