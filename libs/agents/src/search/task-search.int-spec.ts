import { Database } from '#platform/database';
import { countQuery, listQuery } from './task-search.postgres.js';
import { TaskSearchRepository } from './task-search.repository.js';
import { MOST_COUNTED, type TaskPageFilter } from './task-search.js';
import { TASK_STATES } from '../tasks/task-state.js';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';

const TASKS = 80_000;
const LIMIT = 20;

const AGENTS = 24;

/**
 * Pages of the database that a list may read: a page of tasks of each agent and state that come into question, of a maker and of a schedule
 * those that there are. All tasks are on several times as many.
 */
function mostPages({ agent, states, batchId, createdBy, scheduleId, scope, from, to }: TaskPageFilter): number {
  if (batchId !== undefined) return 500;
  const lists = (agent === undefined ? AGENTS : 1) * (states?.length ?? TASK_STATES.length);
  // What is a minute off a span of time is looked at as well.
  const aside = from || to ? 600 : 0;
  // Which agents and states there are of a maker or a schedule is looked up before.
  const lanes = (createdBy ?? scheduleId ?? scope) ? 200 : 0;
  return Math.min(100 + 13 * lists, 700) + aside + lanes;
}

const [MAKER, NOBODY] = ['maker', 'nobody'];
const CREDENTIAL = '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00';
const batch = (n: number): string => `00000000-0000-7000-9000-${String(n).padStart(12, '0')}`;
const schedule = (n: number): string => `00000000-0000-7000-a000-${String(n).padStart(12, '0')}`;
/** Tasks are made one a second, from the first second of time on. */
const second = (n: number): Date => new Date(n * 1_000);

let app: TestApp;
let database: Database;
let slugs: string[];

beforeAll(async () => {
  app = await startTestApp();
  database = app.get(Database);
  // Rare states and makers are among the oldest; one worker holds a task of somebody else.
  await database.transaction(async (tx) => {
    await tx.execute(`SET LOCAL session_replication_role = 'replica'`);
    await tx.execute(`INSERT INTO agent_worker (id, owner_id, name, agents, slots, credential_id)
      VALUES ('${CREDENTIAL}', '${MAKER}', 'w', '{}', 1, '${CREDENTIAL}')`);
    await tx.execute(`
      INSERT INTO agent_task (id, agent_id, state, priority, max_attempts, timeout_seconds, batch_id, schedule_id, correlation_id, created_by, created_at,
        finished_at, lease_token, worker_id)
      SELECT (lpad(to_hex(n * 1000), 12, '0') || '70008000' || lpad(n::text, 12, '0'))::uuid, agents[1 + n % 18], state, 5, 1, 1,
        CASE WHEN n % 100 < 10 THEN ('00000000-0000-7000-9000-' || lpad((n / 1000)::text, 12, '0'))::uuid END,
        CASE WHEN n % 20 = 3 THEN '${schedule(1)}'::uuid WHEN n % 9000 = 11 THEN '${schedule(2)}'::uuid END,
        'request-' || n / 4, CASE WHEN n % 500 = 7 OR n < 50 THEN '${MAKER}' ELSE 'other' END, to_timestamp(n), now(),
        CASE WHEN state IN ('leased', 'running') THEN gen_random_uuid() END, CASE WHEN state = 'running' THEN '${CREDENTIAL}'::uuid END
      FROM (SELECT array_agg(id ORDER BY slug) FROM agent) a (agents), generate_series(1, ${TASKS}) AS n, LATERAL (
        SELECT CASE WHEN n < 9 THEN (ARRAY['queued','leased','running','waiting_approval','failed','cancelled','dead','dead'])[n]
                    WHEN n % 50 = 0 THEN 'failed' ELSE 'succeeded' END AS state) s`);
    await tx.execute(`
      INSERT INTO agent_batch (id, created_by, operations)
      SELECT batch_id, 'other', jsonb_agg(jsonb_build_object('taskId', id)) FROM agent_task WHERE batch_id IS NOT NULL GROUP BY 1`);
  });
  // Every other one says "common", the oldest of MAKER "earlier" too, five of all "seldom"; what the triggers keep, which did not see these.
  await database.execute(`
    INSERT INTO agent_task_text (task_id, text)
    SELECT id, concat('A task ', right(id::text, 12), CASE WHEN get_byte(uuid_send(id), 15) % 2 = 0 THEN ' is Common' END,
      CASE WHEN right(id::text, 6)::integer BETWEEN 10000 AND 16000 THEN ' earlier' END,
      CASE WHEN right(id::text, 6)::integer % 16000 = 7 THEN ' seldom' END) FROM agent_task`);
  await database.execute('VACUUM ANALYZE agent_task, agent_task_text');
  slugs = (await database.query<{ slug: string }>('SELECT slug FROM agent ORDER BY slug')).map(({ slug }) => slug);
}, 60_000);
afterAll(() => app.close());

interface Plan {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

type Part = Omit<TaskPageFilter, 'limit'>;

const SCOPES: Part[] = [MAKER, NOBODY].map((createdBy) => ({
  scope: { createdBy, roles: ['API_USER'], heldBy: CREDENTIAL },
}));
const ALL: Part = { scope: undefined };

/** States, agents, batches and callers, each with each other, also what matches nothing. */
function filters(): TaskPageFilter[] {
  const agents = [undefined, slugs[1], slugs.at(-1), 'no-such-agent'];
  const batches = [undefined, batch(0), batch(15), batch(999)];
  return [undefined, ...TASK_STATES].flatMap((state) =>
    agents.flatMap((agent) =>
      batches.flatMap((batchId) =>
        [ALL, ...SCOPES].map((scope) => ({ states: state && [state], agent, batchId, ...scope, limit: LIMIT })),
      ),
    ),
  );
}

/** Makers, schedules and spans of time, with each other and with what `filters` has. */
function moreFilters(): TaskPageFilter[] {
  const more: Partial<Part>[] = [
    ...['other', MAKER, NOBODY].map((createdBy) => ({ createdBy })),
    ...[1, 2, 3].map((n) => ({ scheduleId: schedule(n) })),
    ...[1, 5_000, 999_999].map((n) => ({ correlationId: `request-${n}` })),
    { from: second(79_900) },
    { to: second(45) },
    { from: second(20_000), to: second(20_500) },
    { from: second(TASKS + 100) },
  ];
  const others: Partial<Part>[] = [
    {},
    ...TASK_STATES.map((state) => ({ states: [state] })),
    { states: ['failed', 'dead'] },
    { states: [...TASK_STATES] },
    ...[slugs[1], slugs.at(-1), 'no-such-agent'].map((agent) => ({ agent })),
    ...[0, 15, 999].map((n) => ({ batchId: batch(n) })),
    ...SCOPES,
  ];
  const pairs = more.flatMap((one, at) => [...others, ...more.slice(at + 1)].map((other) => ({ ...one, ...other })));
  return pairs.map((pair) => ({ ...ALL, ...pair, limit: LIMIT }));
}

const NAIVE = `
  FROM agent_task t JOIN agent a ON a.id = t.agent_id
  WHERE ($1::text[] IS NULL OR t.state = ANY ($1)) AND ($2::text IS NULL OR a.slug = $2) AND ($3::uuid IS NULL OR t.batch_id = $3)
    AND ($4::uuid IS NULL OR t.id < $4) AND ($5::text IS NULL OR t.created_by = $5 AND a.minimum_role = ANY ($6)
      OR t.state IN ('leased', 'running') AND t.worker_id = $7) AND ($8::text IS NULL OR t.created_by = $8)
    AND ($9::uuid IS NULL OR t.schedule_id = $9) AND ($10::timestamptz IS NULL OR t.created_at >= $10)
    AND ($11::timestamptz IS NULL OR t.created_at < $11) AND ($12::text IS NULL OR t.correlation_id = $12)`;

function valuesOf(filter: TaskPageFilter): unknown[] {
  const { states, agent, batchId, before, scope, createdBy, scheduleId, correlationId, from, to } = filter;
  const mine = [scope?.createdBy, scope?.roles, scope?.heldBy];
  return [states, agent, batchId, before, ...mine, createdBy, scheduleId, from, to, correlationId].map(
    (value) => value ?? null,
  );
}

/** What should be found, by reading everything. */
async function naive(filter: TaskPageFilter): Promise<string[]> {
  const sql = `SELECT t.id ${NAIVE} ORDER BY t.id DESC LIMIT ${LIMIT}`;
  return (await database.query<{ id: string }>(sql, valuesOf(filter))).map(({ id }) => id);
}

async function pagesOf({ text, values }: { text: string; values: unknown[] }): Promise<number> {
  const [explained] = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${text}`,
    values,
  );
  const plan = explained?.['QUERY PLAN'][0].Plan;
  return (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
}

describe('lists of tasks', () => {
  const find = async (all: TaskPageFilter[]): Promise<void> => {
    const tooMany: unknown[] = [];
    for (const first of all) {
      const found = await naive(first);
      // The page after a task in the middle too.
      for (const filter of [first, ...(found.length > 1 ? [{ ...first, before: found[found.length >> 1] }] : [])]) {
        const query = listQuery(filter);
        const rows = await database.query<{ id: string }>(query.text, query.values);
        expect({ filter, ids: rows.map(({ id }) => id) }).toEqual({ filter, ids: await naive(filter) });
        const pages = await pagesOf(query);
        if (pages > mostPages(filter)) tooMany.push({ filter, pages });
      }
    }
    expect(tooMany).toEqual([]);
  };

  it('find what was asked for, and read no more for it than a page of each agent and state', async () => {
    await find(filters());
  }, 120_000);

  it('find what somebody asked for, what a schedule did, and what was asked for in a span of time, as cheaply', async () => {
    await find(moreFilters());
  }, 120_000);
});

describe('lists of tasks with a text', () => {
  /** All pages, and how many there were. */
  const search = async (filter: Part, text: string): Promise<{ ids: string[]; pages: number }> => {
    const ids: string[] = [];
    let before: string | undefined;
    for (let pages = 1; ; pages++) {
      const { tasks, end } = await app
        .get(TaskSearchRepository)
        .listWithText({ ...filter, text, before, limit: LIMIT + 1 });
      const page = tasks.slice(0, LIMIT).map(({ id }) => id);
      ids.push(...page);
      if (tasks.length <= LIMIT && end === undefined) return { ids, pages };
      before = tasks.length > LIMIT ? page.at(-1) : end;
    }
  };
  const naiveWithText = async (filter: Part, text: string): Promise<string[]> => {
    const sql = `SELECT t.id ${NAIVE.replace('WHERE', 'JOIN agent_task_text x ON x.task_id = t.id WHERE')} AND x.text ILIKE $13
      ORDER BY t.id DESC`;
    const rows = await database.query<{ id: string }>(sql, [...valuesOf({ ...filter, limit: LIMIT }), `%${text}%`]);
    return rows.map(({ id }) => id);
  };

  it('find what few have at once, what many have page by page, and all of it in the end', async () => {
    const filters: Part[] = [
      ALL,
      { ...ALL, states: ['failed', 'dead'] },
      { ...ALL, agent: slugs[1] },
      { ...ALL, batchId: batch(15) },
      { ...ALL, createdBy: MAKER },
      { ...ALL, scheduleId: schedule(1), states: ['failed'] },
      { ...ALL, from: second(10_500), to: second(11_000) },
      { ...ALL, createdBy: NOBODY },
      ...SCOPES,
    ];
    for (const filter of filters) {
      for (const text of ['COMMON', 'earlier', 'seldom', 'nowhere', 'task 0000000000', 'mon earl']) {
        // All of what many have is many pages: of all tasks some are enough.
        if (filter === ALL && text !== 'seldom' && text !== 'nowhere') continue;
        const found = await search(filter, text);
        expect({ filter, text, ids: found.ids }).toEqual({ filter, text, ids: await naiveWithText(filter, text) });
        if (text === 'seldom' || text === 'nowhere') expect(found.pages).toBe(1);
      }
    }
  }, 120_000);

  it('know what earlier replicas wrote, and forget what is removed', async () => {
    const id = '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f77';
    const texts = () => database.query('SELECT text FROM agent_task_text WHERE task_id = $1', [id]);
    await database.execute(
      `INSERT INTO agent_task (id, agent_id, state, priority, max_attempts, timeout_seconds, created_by, task_description, finished_at)
       SELECT $1, id, 'succeeded', 5, 1, 1, 'x', repeat('ab ', 300), now() - interval '9 days' FROM agent LIMIT 1`,
      [id],
    );
    expect(await texts()).toEqual([{ text: 'ab '.repeat(300).slice(0, 500) }]);
    await database.transaction(async (tx) => {
      await tx.execute(`SET LOCAL devskyy.removes_ended_tasks = 'on'`);
      await tx.execute('DELETE FROM agent_task WHERE id = $1', [id]);
    });
    expect(await texts()).toEqual([]);
  });
});

describe('counts of tasks', () => {
  it('tell of each state how many there are, up to a bound, and read no more than that', async () => {
    const tooMany: unknown[] = [];
    for (const filter of [...filters().filter(({ states }) => !states), ...moreFilters()]) {
      const counted = await app.get(TaskSearchRepository).count(filter);
      const rows = await database.query<{ state: string; n: number }>(
        `SELECT t.state, count(*)::integer AS n ${NAIVE} GROUP BY t.state`,
        valuesOf(filter),
      );
      const expected = (filter.states ?? TASK_STATES).map((state) => {
        const n = rows.find((row) => row.state === state)?.n ?? 0;
        return { state, count: Math.min(n, MOST_COUNTED), isMore: n > MOST_COUNTED };
      });
      expect({ filter, counted }).toEqual({ filter, counted: expected });
      const pages = await pagesOf(countQuery(filter));
      // A task is read where indexes do not tell all: of a span of time, and of whom it is.
      if (pages > 1_500 + 3 * MOST_COUNTED) tooMany.push({ filter, pages });
    }
    expect(tooMany).toEqual([]);
  }, 120_000);
});
