import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { Database } from '#platform/database';
import { ErrorReadService, verifyArtifact } from '#errors';
import { ErrorReporter } from '#platform/kernel';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from '../../e2e/errors/eventually.js';

interface Artifact {
  metadata: Record<string, unknown>;
  errors: { error_id: string }[];
  statistics: {
    total_errors: number;
    by_severity: Record<string, number>;
    conservation?: Record<string, number>;
  };
}

const ENTRY_FIELDS = [
  'error_id',
  'timestamp',
  'severity',
  'category',
  'error_type',
  'error_message',
  'stack_trace',
  'context',
  'correlation_id',
  'user_id',
  'endpoint',
  'method',
  'source_file',
  'source_line',
  'resolved',
  'resolution_notes',
];

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'devskyy-ledger-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const folders = (): Record<string, string> => ({
  DATA_DIR: path.join(dir, 'data'),
  ARTIFACTS_DIR: path.join(dir, 'artifacts'),
});
const storedIds = async (app: TestApp): Promise<string[]> =>
  (await app.get(Database).query<{ id: string }>('SELECT id FROM error_occurrence')).map(({ id }) => id);
const artifactOf = async (runId: string): Promise<Artifact> =>
  JSON.parse(await readFile(path.join(dir, 'artifacts', `error-ledger-${runId}.json`), 'utf8')) as Artifact;

/** A report as a process that died left it in its write-ahead file. */
function line(sequence: number, changes: Record<string, unknown> = {}): { id: string; text: string } {
  const id = randomUUID();
  const at = '2026-11-24T10:00:00.000Z';
  const absent = { stackTrace: null, correlationId: null, userId: null, endpoint: null, method: null };
  const occurrence = {
    errorId: id,
    timestamp: at,
    receivedAt: at,
    severity: 'high',
    category: 'unknown',
    errorType: 'CrashError',
    errorMessage: `number ${sequence}`,
    context: {},
    sourceFile: null,
    sourceLine: null,
    service: 'crash',
    release: null,
    environment: null,
    frames: [],
    causes: [],
    tags: {},
    user: null,
    breadcrumbs: [],
    contexts: {},
    ...absent,
    ...changes,
  };
  const json = JSON.stringify({ sequence, occurrence });
  return { id, text: `${crc32(json).toString(16).padStart(8, '0')} ${json}\n` };
}

async function leaveRun(content: string): Promise<string> {
  const runId = `20261124_100000_${randomBytes(4).toString('hex')}`;
  const folder = path.join(dir, 'data', 'errors');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, `${runId}.000001.wal`), content);
  return runId;
}

describe('the ledger after a crash', () => {
  it('stores what a killed run left, once, and completes its artifact', async () => {
    const lines = Array.from({ length: 1_200 }, (_, index) => line(index + 1));
    const runId = await leaveRun(lines.map(({ text }) => text).join(''));
    const app = await startTestApp(folders());
    try {
      await eventually(async () => ((await storedIds(app)).length === lines.length ? true : undefined), 15_000);
      expect(new Set(await storedIds(app))).toEqual(new Set(lines.map(({ id }) => id)));
      const groups = await app.get(ErrorReadService).recentGroups(10);
      expect(groups).toMatchObject([{ title: 'CrashError: number 1200', count: 1_200, status: 'open' }]);
      const artifact = await artifactOf(runId);
      expect(artifact.errors.map(({ error_id }) => error_id)).toEqual(lines.map(({ id }) => id));
      expect(Object.keys(artifact.errors[0] ?? {})).toEqual(expect.arrayContaining(ENTRY_FIELDS));
      expect(artifact.statistics).toMatchObject({ total_errors: 1_200, by_severity: { high: 1_200 } });
      expect(artifact.metadata).toMatchObject({ run_id: runId, recovered_at: expect.any(String) });
      expect(verifyArtifact(JSON.stringify(artifact))).toMatchObject({ entries: 1_200, problems: [] });
      const left = await eventually(async () => {
        const names = (await readdir(path.join(dir, 'data', 'errors'))).filter((name) => name.startsWith(runId));
        return names.length === 0 ? names : undefined;
      });
      expect(left).toEqual([]);
      const counts = { received: 1_200, stored: 1_200, duplicate: 0, quarantined: 0, backlog: 0, refused: 0 };
      expect((await artifactOf(runId)).statistics.conservation).toEqual(counts);
    } finally {
      await app.close();
    }
  });

  it('cuts a torn tail and keeps what precedes it', async () => {
    const [whole, torn] = [line(1), line(2)];
    const runId = await leaveRun(`${whole.text}${torn.text.slice(0, -20)}`);
    const app = await startTestApp(folders());
    try {
      await eventually(async () => ((await storedIds(app)).includes(whole.id) ? true : undefined));
      expect(await storedIds(app)).toEqual([whole.id]);
      expect((await artifactOf(runId)).errors.map(({ error_id }) => error_id)).toEqual([whole.id]);
    } finally {
      await app.close();
    }
  });

  it('quarantines damaged and poisonous records and stores all others', async () => {
    const good = Array.from({ length: 40 }, (_, index) => line(index + 1));
    const poison = line(100, { severity: 'no such severity' });
    const shapeless = line(101, { frames: 7 });
    const texts = good.map(({ text }) => text);
    texts.splice(13, 0, poison.text, 'deadbeef {"damaged":true}\n', shapeless.text);
    await leaveRun(texts.join(''));
    const app = await startTestApp(folders());
    try {
      const database = app.get(Database);
      const rows = await eventually(async () => {
        const found = await database.query<{ reason: string; line: Buffer }>(
          'SELECT reason, line FROM error_quarantine',
        );
        return found.length === 3 && (await storedIds(app)).length === 40 ? found : undefined;
      });
      expect(rows.map(({ line: bytes }) => `${bytes.toString()}\n`)).toContain(poison.text);
      expect(new Set(await storedIds(app))).toEqual(new Set(good.map(({ id }) => id)));
    } finally {
      await app.close();
    }
  });
});

describe('the ledger while the database is away', () => {
  it('keeps accepting, says so, and stores everything afterwards', async () => {
    const app = await startTestApp(folders());
    try {
      const token = await app.tokenFor('API_USER');
      const database = app.get(Database);
      await database.query('ALTER TABLE error_occurrence RENAME TO error_occurrence_away');
      const ids: string[] = [];
      for (let index = 0; index < 5; index++) {
        const body = {
          errors: [
            { errorType: 'AwayError', message: `${index}` },
            { errorType: 'AwayError', message: 'x' },
          ],
        };
        const answer = await app.call<{ ids: string[] }>('POST', '/api/v1/errors', { token, body });
        expect(answer.status).toBe(202);
        ids.push(...answer.body.ids);
      }
      const health = await eventually(async () => {
        const { body } = await app.call<{ checks: Record<string, Record<string, unknown>> }>('GET', '/health');
        return body.checks['errorLedger']?.['status'] === 'degraded' ? body.checks['errorLedger'] : undefined;
      });
      expect(health).toMatchObject({ backlog: 10, backlogAgeSeconds: expect.any(Number) });
      await database.query('ALTER TABLE error_occurrence_away RENAME TO error_occurrence');
      await eventually(async () => ((await storedIds(app)).length === 10 ? true : undefined), 10_000);
      expect(new Set(await storedIds(app))).toEqual(new Set(ids));
    } finally {
      await app.close();
    }
  });
});

describe('the end of a run', () => {
  it('stores what is left before the database closes and completes the artifact', async () => {
    const app = await startTestApp(folders());
    const second = await startTestApp({}, app);
    const reporter = app.get(ErrorReporter);
    const reports = Array.from({ length: 300 }, (_, index) => reporter.report({ error: new RangeError(`n ${index}`) }));
    const ids = await Promise.all(reports);
    reporter.reportFatal({ error: new Error('last words'), severity: 'critical' });
    await app.app.close();
    const stored = await storedIds(second);
    expect(stored).toHaveLength(301);
    expect(stored).toEqual(expect.arrayContaining(ids));
    const [run] = await second
      .get(Database)
      .query<Record<string, unknown>>(`SELECT * FROM error_run WHERE completed_at IS NOT NULL`);
    expect(run).toMatchObject({ received: '301', stored: '301', refused: '0', duplicate: '0', quarantined: '0' });
    const artifact = await artifactOf(String(run?.['id']));
    expect(artifact.metadata).toHaveProperty('completed_at');
    expect(artifact.errors).toHaveLength(301);
    expect(artifact.statistics).toMatchObject({ total_errors: 301, by_severity: { medium: 300, critical: 1 } });
    expect(verifyArtifact(JSON.stringify(artifact))).toMatchObject({ entries: 301, problems: [] });
    expect(artifact.statistics.conservation).toMatchObject({ received: 301, stored: 301, backlog: 0, refused: 0 });
    const left = (await readdir(path.join(dir, 'data', 'errors'))).filter((name) => name.endsWith('.wal'));
    expect(left).toEqual([]);
    await second.app.close();
    await app.close().catch(() => undefined);
  });

  it('never rejects a report, whatever is thrown', async () => {
    const app = await startTestApp(folders());
    const reporter = app.get(ErrorReporter);
    const hostile = Object.defineProperty({}, 'message', {
      get: () => {
        throw new Error('getter');
      },
    });
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const things = [
      undefined,
      null,
      'text',
      7n,
      Symbol('s'),
      hostile,
      circular,
      new Error('\0 and \ud800'),
      new Error('c', { cause: 1 }),
    ];
    const ids = await Promise.all(things.map((error) => reporter.report({ error, context: { circular } })));
    expect(ids.every((id) => typeof id === 'string')).toBe(true);
    await eventually(async () => ((await storedIds(app)).length === things.length ? true : undefined));
    await app.close();
  });
});
