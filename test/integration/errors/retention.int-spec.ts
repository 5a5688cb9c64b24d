import { Database } from '#platform/database';
import { eventually } from '../../e2e/errors/eventually.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface Project {
  id: number;
  keys: string[];
}

let app: TestApp;
let admin: string;

beforeAll(async () => {
  app = await startTestApp({ ERRORS_RETENTION_DAYS: '30' });
  admin = await app.tokenFor('ADMIN');
});
afterAll(() => app.close());

/** Makes a project, sends one event, and copies it to these ages in days. */
async function projectWith(name: string, retentionDays: number | null, ages: number[]): Promise<void> {
  const { body } = await app.call<Project>('POST', '/errors/projects', { token: admin, body: { name, retentionDays } });
  await app.call('POST', `/api/${body.id}/envelope/?sentry_key=${body.keys[0]}`, {
    body: `{}\n{"type":"event"}\n${JSON.stringify({ message: `of ${name}` })}`,
  });
  await copyToAges(name, ages);
}

async function copyToAges(service: string, ages: number[]): Promise<void> {
  const database = app.get(Database);
  const copied = await eventually(async () => {
    const rows = await database.execute(
      `INSERT INTO error_occurrence
       SELECT (jsonb_populate_record(o, jsonb_build_object('id', gen_random_uuid(), 'received_at', now() - make_interval(days => age)))).*
       FROM error_occurrence o, unnest($2::int[]) AS age WHERE o.service = $1`,
      [service, ages],
    );
    return rows > 0 ? rows : undefined;
  });
  expect(copied).toBe(ages.length);
}

/** Ages in days of what is kept. */
async function keptOf(service: string): Promise<number[]> {
  const rows = await app
    .get(Database)
    .query<{ age: number }>(
      `SELECT extract(day FROM now() - received_at)::int AS age FROM error_occurrence WHERE service = $1 ORDER BY age`,
      [service],
    );
  return rows.map(({ age }) => age);
}

describe('retention', () => {
  it('is the one of the project, or the common one, and leaves every count as it is', async () => {
    await projectWith('short', 7, [1, 6, 8, 31, 400]);
    await projectWith('long', 365, [1, 31, 364, 366]);
    await projectWith('common', null, [1, 29, 31]);
    await app.call('POST', '/errors', { token: admin, body: { errorType: 'E', message: 'x', service: 'json' } });
    // More than one statement removes.
    await copyToAges('json', [29, 31, ...Array.from({ length: 5_500 }, () => 40)]);
    const countsOf = (): Promise<unknown[]> =>
      app.get(Database).query('SELECT service, count, own_count FROM error_group ORDER BY service');
    const before = await countsOf();

    // Another replica runs the job as soon as nobody has.
    await app.get(Database).execute(`DELETE FROM scheduled_job WHERE name = 'errors.retention'`);
    const replica = await startTestApp({ ERRORS_RETENTION_DAYS: '30' }, app);
    try {
      await eventually(async () => ((await keptOf('json')).length <= 2 ? true : undefined), 10_000);
      await eventually(async () => ((await keptOf('long')).length <= 4 ? true : undefined));
    } finally {
      await replica.close();
    }
    expect(await keptOf('short')).toEqual([0, 1, 6]);
    expect(await keptOf('long')).toEqual([0, 1, 31, 364]);
    expect(await keptOf('common')).toEqual([0, 1, 29]);
    expect(await keptOf('json')).toEqual([0, 29]);
    expect(await countsOf()).toEqual(before);
  });
});
