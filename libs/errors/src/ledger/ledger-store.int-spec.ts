import { randomBytes, randomUUID } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Database } from '#platform/database';
import { Ids } from '#platform/kernel';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';
import { AlertOutboxRepository } from '../alerts/alert-outbox.repository.js';
import { formerKeysOf } from '../former-grouping/former-keys.js';
import type { Occurrence } from '../occurrences/occurrence.js';
import type { Outcome } from '../write-ahead/conservation.js';
import { encodeWalLine } from '../write-ahead/wal-line.js';
import { LedgerDrainService } from './ledger-drain.service.js';
import { PostgresLedgerStoreRepository } from './ledger-store.postgres.js';
import { LedgerStoreRepository } from './ledger-store.repository.js';
import { sumOf } from './record-outcomes.js';

const FORMS = { portable: LedgerStoreRepository, 'by hand': PostgresLedgerStoreRepository };
type Form = keyof typeof FORMS;

/** Reports of a replica, and how many groups they are of. */
const [REPORTS, GROUPS] = [700, 14];

/** Reports that came to both. */
const TWICE = 60;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const sql = (text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> =>
  app.get(Database).query(text, values);

function occurrence(service: string, number: number, errorId: string = randomUUID()): Occurrence {
  // Three days, some hours of each.
  const timestamp = new Date(Date.UTC(2026, 10, 20 + (number % 3), number % 5, 1, 2, number % 1000)).toISOString();
  return {
    errorId,
    timestamp,
    receivedAt: timestamp,
    severity: number % 4 === 0 ? 'high' : 'low',
    category: number % 3 === 0 ? 'database' : 'unknown',
    errorType: `Kind${String.fromCharCode(65 + (number % GROUPS))}Error`,
    errorMessage: 'it failed',
    stackTrace: null,
    context: {},
    correlationId: null,
    userId: null,
    endpoint: null,
    method: null,
    sourceFile: null,
    sourceLine: null,
    service,
    release: number % 2 === 0 ? '1.2.0' : null,
    environment: 'production',
    projectId: number % 7 === 0 ? 7 : undefined,
    frames: [],
    causes: [],
    tags: {},
    user: null,
    breadcrumbs: [],
    contexts: {},
  };
}

/** Has a replica read a file with these reports, and says what became of them. */
async function drain(form: Form, occurrences: readonly Occurrence[]): Promise<{ runId: string; outcome: Outcome }> {
  const store = new FORMS[form](app.get(Database));
  const drains = new LedgerDrainService(app.get(Database), store, app.get(AlertOutboxRepository), app.get(Ids));
  const runId = `20261124_100000_${randomBytes(4).toString('hex')}`;
  const run = { runId, startedAt: '2026-11-24T10:00:00.000Z', pid: 1, service: 's', release: '1', environment: 'e' };
  const file = path.join(app.dir, `${runId}.000001.wal`);
  await writeFile(file, occurrences.map((one, at) => encodeWalLine({ sequence: at + 1, occurrence: one })).join(''));
  const { size } = await stat(file);
  const outcomes: Outcome[] = [];
  for (let offset = 0; ;) {
    const settled = await drains.drainChunk(
      { ...run, platform: 'p', nodeVersion: 'v', host: 'h' },
      { name: path.basename(file), path: file, limit: size },
      offset,
    );
    if (!settled) return { runId, outcome: sumOf(outcomes) };
    outcomes.push(settled);
    ({ offset } = settled);
  }
}

/** What is counted of the occurrences of a service, and what should be. */
const SUMS: readonly [what: string, kept: string, occurred: string][] = [
  [
    'groups',
    `id, count, own_count, first_seen, last_seen FROM error_group WHERE service = $1`,
    `group_id, count(*), count(*), min(occurred_at), max(occurred_at) FROM error_occurrence WHERE service = $1 GROUP BY 1`,
  ],
  [
    'places',
    `p.* FROM error_group_presence p JOIN error_group g ON g.id = p.group_id WHERE g.service = $1`,
    `group_id, coalesce(release, ''), environment, count(*), max(occurred_at) FROM error_occurrence WHERE service = $1 GROUP BY 1, 2, 3`,
  ],
  [
    'hours of groups',
    `h.* FROM error_group_hour h JOIN error_group g ON g.id = h.group_id WHERE g.service = $1`,
    `group_id, date_trunc('hour', occurred_at), severity, category, count(*) FROM error_occurrence WHERE service = $1 GROUP BY 1, 2, 3, 4`,
  ],
  [
    'days of groups',
    `d.* FROM error_group_day d JOIN error_group g ON g.id = d.group_id WHERE g.service = $1`,
    `date_trunc('day', occurred_at, 'UTC'), group_id, count(*) FROM error_occurrence WHERE service = $1 GROUP BY 1, 2`,
  ],
  [
    'hours',
    `* FROM error_hour WHERE service = $1`,
    `date_trunc('hour', occurred_at), service, severity, category, count(*) FROM error_occurrence WHERE service = $1 GROUP BY 1, 2, 3, 4`,
  ],
  [
    'days',
    `* FROM error_day WHERE service = $1`,
    `date_trunc('day', occurred_at, 'UTC'), service, severity, category, count(*) FROM error_occurrence WHERE service = $1 GROUP BY 1, 2, 3, 4`,
  ],
  [
    'lists of what was seen most',
    `t.* FROM error_top_group t JOIN error_group g ON g.id = t.group_id WHERE g.service = $1`,
    `* FROM (
       SELECT 1, date_trunc('hour', occurred_at), group_id, count(*) FROM error_occurrence WHERE service = $1 GROUP BY 2, 3
       UNION ALL SELECT 24, date_trunc('day', occurred_at, 'UTC'), group_id, count(*) FROM error_occurrence WHERE service = $1 GROUP BY 2, 3) s`,
  ],
];

/** Rows as texts, whatever their columns are called and in whatever order they come. */
const rowsOf = async (select: string, service: string): Promise<unknown[]> =>
  (await sql(`SELECT r::text AS text FROM (SELECT ${select}) r ORDER BY 1`, service)).map(({ text }) => text);

describe.each([
  ['portable', 'portable'],
  ['portable', 'by hand'],
  ['by hand', 'by hand'],
] satisfies [Form, Form][])('replicas that write the ledger %s and %s', (one, other) => {
  const service = `service-${one}-${other}`.replaceAll(' ', '-');
  const groupIds = async (): Promise<unknown[]> =>
    (await sql('SELECT id FROM error_group WHERE service = $1 ORDER BY id', service)).map(({ id }) => id);

  it('count every occurrence once, in groups that both make, know or adopt', async () => {
    // Some groups are known by a former key, some by the present one, the others not at all.
    const early = Array.from({ length: 8 }, (_, number) => occurrence(service, number));
    await drain(one, early);
    const known = await groupIds();
    for (const [number, formerly] of early.slice(0, 4).entries()) {
      await sql(
        `UPDATE error_group SET grouping_key = $3, status = 'ignored' WHERE service = $1 AND title LIKE $2`,
        service,
        `Kind${String.fromCharCode(65 + number)}Error%`,
        formerKeysOf(formerly)[number % 2],
      );
    }
    const both = Array.from({ length: TWICE }, (_, number) => occurrence(service, number));
    const reports = (): Occurrence[] => [
      ...Array.from({ length: REPORTS - TWICE }, (_, number) => occurrence(service, number)),
      ...both,
      // Twice in one chunk.
      both[0]!,
    ];
    const drained = await Promise.all([drain(one, reports()), drain(other, reports().reverse())]);

    const outcome = sumOf(drained.map((each) => each.outcome));
    expect(outcome).toEqual({ stored: 2 * REPORTS - TWICE, duplicate: TWICE + 2, quarantined: 0 });
    for (const { runId, outcome: own } of drained) {
      expect(await sql('SELECT stored::int, duplicate::int FROM error_run WHERE id = $1', runId)).toEqual([
        { stored: own.stored, duplicate: own.duplicate },
      ]);
      const [{ n } = {}] = await sql('SELECT count(*)::int AS n FROM error_occurrence WHERE run_id = $1', runId);
      expect(n).toBe(own.stored);
      const [project] = await sql(
        'SELECT stored::int, duplicate::int FROM error_run_project WHERE run_id = $1 AND project_id = 7',
        runId,
      );
      const [seven] = await sql(
        'SELECT count(*)::int AS n FROM error_occurrence WHERE run_id = $1 AND project_id = 7',
        runId,
      );
      expect(project?.['stored']).toBe(seven?.['n']);
    }
    for (const [what, kept, occurred] of SUMS) {
      expect([what, await rowsOf(kept, service)]).toEqual([what, await rowsOf(occurred, service)]);
    }
    const groups = await sql(
      `SELECT id, status, why ->> 'version' = split_part(grouping_key, ':', 1) AS is_present FROM error_group WHERE service = $1`,
      service,
    );
    expect(groups.length).toBe(GROUPS);
    expect(await groupIds()).toEqual(expect.arrayContaining(known));
    expect(groups.filter(({ status }) => status === 'ignored').length).toBe(4);
    expect(groups.every((group) => group['is_present'])).toBe(true);
  });

  it('quarantine a report that the database refuses, and store those around it', async () => {
    const [before, after] = [occurrence(service, 1), occurrence(service, 2)];
    const refused = { ...occurrence(service, 3), userId: 'a\0b' };
    const { runId, outcome } = await drain(one, [before, refused, after]);
    expect(outcome).toEqual({ stored: 2, duplicate: 0, quarantined: 1 });
    const [row] = await sql('SELECT reason FROM error_quarantine WHERE run_id = $1', runId);
    expect(row?.['reason']).toContain('refused by the database');
  });
});

it('a former group is made once by replicas that both look for it', async () => {
  const first = occurrence('raced', 1);
  await drain('portable', [first]);
  const [former] = formerKeysOf(first);
  await sql(`UPDATE error_group SET grouping_key = $1 WHERE service = 'raced'`, former);
  await Promise.all(
    (['portable', 'by hand', 'portable', 'by hand'] as const).map((form) => drain(form, [occurrence('raced', 1)])),
  );
  expect(await sql(`SELECT count::int FROM error_group WHERE service = 'raced'`)).toEqual([{ count: 5 }]);
});
