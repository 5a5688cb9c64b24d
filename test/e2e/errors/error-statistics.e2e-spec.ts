import { Database } from '#platform/database';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { eventually } from './eventually.js';

/** Kinds of failures; more than the lists of an hour and a day hold at most. */
const KINDS = 260;
const KEPT = 50;
const BATCH = 100;

describe('statistics of many groups', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await startTestApp();
    token = await app.tokenFor('API_USER');
  });
  afterAll(() => app.close());

  const topGroups = async (hours: number): Promise<{ title: string; countInSpan: number }[]> => {
    const { body } = await app.call<{ topGroups: { title: string; countInSpan: number }[] }>(
      'GET',
      `/errors/statistics?hours=${hours}`,
      { token },
    );
    return body.topGroups;
  };

  /** Reports kinds by their numbers and waits until all are stored. */
  async function report(kinds: readonly number[]): Promise<void> {
    for (let at = 0; at < kinds.length; at += BATCH) {
      const errors = kinds.slice(at, at + BATCH).map((kind) => ({
        errorType: `Kind${'x'.repeat(kind % 20)}Error`,
        message: 'it failed',
        service: `service-${'abcdefghijklmnopqrstuvwxyz'[Math.floor(kind / 20)]}`,
      }));
      expect((await app.call('POST', '/errors', { token, body: { errors } })).status).toBe(202);
    }
    await eventually(async () => {
      const { body } = await app.call<{ conservation: { backlog: number } }>('GET', '/errors/statistics', { token });
      return body.conservation.backlog === 0 ? true : undefined;
    });
  }

  it('name those that were seen most, whatever the order they came in, and keep short lists of them', async () => {
    const kinds = Array.from({ length: KINDS }, (_, kind) => kind);
    await report(kinds);
    // Those that were on no list overtake the others, twice.
    for (let round = 1; round <= 2; round++) {
      const late = kinds.slice(-20 * round).flatMap((kind) => Array<number>(kind - KINDS + 21 * round).fill(kind));
      await report(late);
    }
    await report(kinds.slice(0, 3));
    const database = app.get(Database);
    const expected = await database.query<{ title: string; count: number }>(
      `SELECT title, count::integer FROM error_group WHERE service LIKE 'service-_' ORDER BY count DESC, id LIMIT 10`,
    );
    for (const hours of [2, 24, 168]) {
      expect((await topGroups(hours)).map(({ countInSpan }) => countInSpan)).toEqual(
        expected.map(({ count }) => count),
      );
    }
    const [lists] = await database.query<{ longest: number; wrong: number; missing: number }>(
      `WITH seen AS (
         SELECT 1 AS hours, hour AS start, group_id, sum(count) AS count FROM error_group_hour GROUP BY hour, group_id
         UNION ALL SELECT 24, day, group_id, count FROM error_group_day
       ), ranked AS (SELECT *, rank() OVER (PARTITION BY hours, start ORDER BY count DESC) AS place FROM seen)
       SELECT
         (SELECT max(size) FROM (SELECT count(*) AS size FROM error_top_group GROUP BY hours, start) x)::integer AS longest,
         (SELECT count(*) FROM error_top_group t LEFT JOIN seen USING (hours, start, group_id)
          WHERE t.count IS DISTINCT FROM seen.count)::integer AS wrong,
         (SELECT count(*) FROM ranked r WHERE place + (SELECT count(*) FROM ranked o
            WHERE (o.hours, o.start, o.count) = (r.hours, r.start, r.count)) - 1 <= ${KEPT} AND NOT EXISTS (
            SELECT 1 FROM error_top_group t WHERE (t.hours, t.start, t.group_id) = (r.hours, r.start, r.group_id)
          ))::integer AS missing`,
    );
    expect(lists).toMatchObject({ wrong: 0, missing: 0 });
    expect(lists?.longest).toBeLessThanOrEqual(4 * KEPT);
  });

  it('count groups by status and occurrences by day as they are, whatever is decided', async () => {
    const developer = await app.tokenFor('DEVELOPER');
    const database = app.get(Database);
    const groups = await database.query<{ id: string }>(`SELECT id FROM error_group ORDER BY id LIMIT 12`);
    const ids = groups.map(({ id }) => id);
    const decide = async (body: object): Promise<void> => {
      expect((await app.call('POST', '/errors/bulk', { token: developer, body })).status).toBe(200);
    };
    await decide({ ids: ids.slice(0, 6), action: 'resolve' });
    await decide({ ids: ids.slice(2, 5), action: 'reopen' });
    await decide({ ids: ids.slice(4, 8), action: 'ignore' });
    await decide({ ids: ids.slice(0, 5), action: 'merge', into: ids[9] });
    await decide({ ids: ids.slice(1, 2), action: 'unmerge' });
    const differing = (): Promise<unknown[]> =>
      database.query(
        `(SELECT status, count(*) FROM error_group WHERE merged_into IS NULL GROUP BY status
          EXCEPT SELECT status, sum(groups) FROM error_group_count GROUP BY status)
         UNION ALL
         (SELECT service, sum(count) FROM error_hour GROUP BY date_trunc('day', hour, 'UTC'), service, severity, category
          EXCEPT SELECT service, count FROM error_day)`,
      );
    expect(await differing()).toEqual([]);
    // Another replica runs the job as soon as nobody has.
    await database.execute(`DELETE FROM scheduled_job WHERE name = 'errors.sum-counts'`);
    const replica = await startTestApp({}, app);
    try {
      await eventually(async () => {
        const [count] = await database.query<{ rows: string }>(`SELECT count(*) AS rows FROM error_group_count`);
        return Number(count?.rows) <= 4 ? true : undefined;
      });
    } finally {
      await replica.close();
    }
    expect(await differing()).toEqual([]);
    const resolved = await database.query(
      `SELECT 1 FROM error_group WHERE merged_into IS NULL AND status = 'resolved'`,
    );
    const { body } = await app.call<{ resolved: number }>('GET', '/errors/statistics', { token });
    expect(body.resolved).toBe(resolved.length);
  });
});
