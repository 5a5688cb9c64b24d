import { randomBytes, randomUUID } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database, type Transaction } from '#platform/database';
import { Ids } from '#platform/kernel';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';
import { AlertOutboxRepository } from '../alerts/alert-outbox.repository.js';
import { formerKeysOf } from '../former-grouping/former-keys.js';
import { groupingOf } from '../grouping/grouping.js';
import type { Occurrence } from '../occurrences/occurrence.js';
import type { Outcome } from '../write-ahead/conservation.js';
import { encodeWalLine } from '../write-ahead/wal-line.js';
import { LedgerDrainService } from './ledger-drain.service.js';
import { PostgresLedgerStoreRepository } from './ledger-store.postgres.js';
import { LedgerStoreRepository } from './ledger-store.repository.js';
import type { GroupSeed, LockedGroup } from './ledger-writes.js';
import { sumOf } from './record-outcomes.js';
import type { StoredOccurrence } from './stored-occurrence.js';

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

/** A group that may have to be made. */
function seedOf(service: string, key: string, ...former: string[]): GroupSeed {
  const { severity, category, timestamp: seenAt, release } = occurrence(service, 1);
  const { title, culprit, why } = groupingOf(occurrence(service, 1));
  const id = app.get(Ids).next();
  return {
    ...{ title, culprit, why, severity, category, seenAt, release },
    id,
    service,
    key,
    formerKeys: () => former,
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
    `id, count, own_count, first_seen, last_seen, own_first_seen, own_last_seen FROM error_group WHERE service = $1`,
    `group_id, count(*), count(*), min(occurred_at), max(occurred_at), min(occurred_at), max(occurred_at)
     FROM error_occurrence WHERE service = $1 GROUP BY 1`,
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

it.each(Object.keys(FORMS) as Form[])('lists of what was seen most keep the most, %s', async (form) => {
  const database = app.get(Database);
  const store = new FORMS[form](database);
  const [hour, day] = form === 'portable' ? ['T07', '2026-10-01'] : ['T08', '2026-10-02'];
  const seeds = Array.from({ length: 325 }, (_, number) => seedOf(`lists-${form}`, `list-${number}`));
  const ids = new Map(
    (await database.transaction((tx) => store.lockGroups(tx, seeds))).map(({ key, id }) => [key, id]),
  );
  /** Counts groups as often as their number says. */
  const add = (numbers: readonly number[], count?: number): Promise<void> =>
    database.transaction((tx) => {
      const counts = numbers.map((number) => ({ groupId: ids.get(`list-${number}`)!, count: count ?? number + 1 }));
      const [start, ofDay] = [`${day}${hour}:00:00.000Z`, `${day}T00:00:00.000Z`];
      const hours = counts.map((one) => ({ ...one, hour: start, severity: 'low', category: 'unknown' }) as const);
      return store.addCounts(tx, {
        hours,
        days: counts.map((one) => ({ ...one, day: ofDay })),
        presences: [],
        sums: [],
      });
    });
  const listed = async (hours: number): Promise<number[]> => {
    const rows = await sql(
      `SELECT count::int FROM error_top_group WHERE hours = $1 AND start BETWEEN $2::date AND $2::date + interval '1 day' AND group_id = ANY ($3)
       ORDER BY count`,
      ...[hours, `${day}`, [...ids.values()]],
    );
    return rows.map(({ count }) => Number(count));
  };
  const numbers = (first: number, last: number): number[] =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index);
  for (let first = 0; first < 260; first += 65) await add(numbers(first, first + 64));
  for (const hours of [1, 24]) expect(await listed(hours)).toEqual(numbers(1, 260));
  // Long enough to be shortened: the fifty that were seen most stay, and all that have just been seen more often than they.
  await add(numbers(260, 324));
  for (const hours of [1, 24]) expect(await listed(hours)).toEqual(numbers(211, 325));
  // One of those that are listed counts on, one that is not stays out until it is among the most.
  await add([210, 4], 1);
  for (const hours of [1, 24]) expect(await listed(hours)).toEqual([212, ...numbers(212, 325)]);
  await add([4], 1_000);
  for (const hours of [1, 24]) expect(await listed(hours)).toEqual([212, ...numbers(212, 325), 1_006]);
});

describe.each([
  ['portable', 'portable'],
  ['portable', 'by hand'],
  ['by hand', 'portable'],
  ['by hand', 'by hand'],
] satisfies [Form, Form][])(
  'a replica that writes the ledger %s, while another one (%s) has not committed yet',
  (one, other) => {
    const service = `waits-${one}-${other}`.replaceAll(' ', '-');
    const waiting = async (): Promise<number> => {
      const locks = `SELECT count(*)::integer AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return Number((await sql(locks))[0]?.['n']);
    };

    /** Lets a transaction end when the other one waits for it. */
    async function together<T>(
      first: (tx: Transaction, store: LedgerStoreRepository) => Promise<T>,
      second: (tx: Transaction, store: LedgerStoreRepository) => Promise<T>,
    ): Promise<[T, T]> {
      const database = app.get(Database);
      let late: Promise<T> | undefined;
      const early = await database.transaction(async (tx) => {
        const done = await first(tx, new FORMS[other](database));
        late = database.transaction((own) => second(own, new FORMS[one](database)));
        while ((await waiting()) === 0) await sleep(5);
        return done;
      });
      return [early, await late!];
    }

    const seed = (key: string, ...former: string[]): GroupSeed => seedOf(service, key, ...former);
    const make = (...seeds: GroupSeed[]): Promise<LockedGroup[]> =>
      app.get(Database).transaction((tx) => new FORMS[one](app.get(Database)).lockGroups(tx, seeds));
    const keysOf = async (...ids: (string | undefined)[]): Promise<unknown[]> => {
      const keys = await sql('SELECT id, grouping_key FROM error_group WHERE id = ANY ($1)', ids);
      return ids.map((id) => keys.find((row) => row['id'] === id)?.['grouping_key']);
    };

    it('takes no occurrence for its own that the other one stores', async () => {
      const [{ id: groupId }] = (await make(seed('occurrences'))) as [LockedGroup];
      const [both, alone] = [occurrence(service, 1), occurrence(service, 2)];
      const place = (runId: string, at: Occurrence, sequence: number): StoredOccurrence => ({
        ...{ occurrence: at, groupId, runId, sequence },
      });
      const [early, late] = await together(
        (tx, store) => store.insertOccurrences(tx, [place('one', both, 7)]),
        (tx, store) => store.insertOccurrences(tx, [place('another', alone, 6), place('another', both, 7)]),
      );
      expect([[...early], [...late]]).toEqual([[both.errorId], [alone.errorId]]);
      // Read again, as after a checkpoint that was lost.
      const again = await app
        .get(Database)
        .transaction((tx) => new FORMS[one](app.get(Database)).insertOccurrences(tx, [place('one', both, 7)]));
      expect(again.size).toBe(0);
    });

    it('goes on in the group that the other one makes, and leaves the former one', async () => {
      const [former] = await make(seed('former-1'));
      const [[early], [late]] = await together(
        (tx, store) => store.lockGroups(tx, [seed('present-1')]),
        (tx, store) => store.lockGroups(tx, [seed('present-1', 'former-1')]),
      );
      expect(late?.id).toBe(early?.id);
      expect(await keysOf(former?.id, early?.id)).toEqual(['former-1', 'present-1']);
    });

    it('makes a group of its own where the other one adopts the former one', async () => {
      const [former] = await make(seed('former-2'));
      const [[early], [late]] = await together(
        (tx, store) => store.lockGroups(tx, [seed('present-2', 'former-2')]),
        (tx, store) => store.lockGroups(tx, [seed('present-3', 'former-2')]),
      );
      expect(early?.id).toBe(former?.id);
      expect(await keysOf(early?.id, late?.id)).toEqual(['present-2', 'present-3']);
    });
  },
);

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
