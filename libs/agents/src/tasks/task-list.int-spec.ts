import { Database } from '#platform/database';
import { listQuery } from './task.postgres.js';
import { TASK_STATES } from './task-state.js';
import type { TaskFilter } from './task.repository.js';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';

const TASKS = 40_000;
const LIMIT = 20;

const AGENTS = 24;

/** Pages of the database that a list may read: a page of tasks of each agent and state that come into question. All tasks are on twice as many. */
function mostPages({ agent, state, batchId }: TaskFilter): number {
  if (batchId !== undefined) return 500;
  const lists = (agent === undefined ? AGENTS : 1) * (state === undefined ? TASK_STATES.length : 1);
  return Math.min(100 + 13 * lists, 700);
}

const [MAKER, NOBODY] = ['maker', 'nobody'];
const CREDENTIAL = '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00';
const batch = (n: number): string => `00000000-0000-7000-9000-${String(n).padStart(12, '0')}`;

let app: TestApp;
let database: Database;

beforeAll(async () => {
  app = await startTestApp();
  database = app.get(Database);
  // Rare states and makers are among the oldest; one worker holds a task of somebody else.
  await database.transaction(async (tx) => {
    await tx.execute(`SET LOCAL session_replication_role = 'replica'`);
    await tx.execute(`INSERT INTO agent_worker (id, owner_id, name, agents, slots, credential_id)
      VALUES ('${CREDENTIAL}', '${MAKER}', 'w', '{}', 1, '${CREDENTIAL}')`);
    await tx.execute(`
      INSERT INTO agent_task (id, agent_id, state, priority, max_attempts, timeout_seconds, batch_id, created_by, finished_at, lease_token, worker_id)
      SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, agents[1 + n % 18], state, 5, 1, 1,
        CASE WHEN n % 100 < 10 THEN ('00000000-0000-7000-9000-' || lpad((n / 1000)::text, 12, '0'))::uuid END,
        CASE WHEN n % 500 = 7 OR n < 50 THEN '${MAKER}' ELSE 'other' END, now(),
        CASE WHEN state IN ('leased', 'running') THEN gen_random_uuid() END, CASE WHEN state = 'running' THEN '${CREDENTIAL}'::uuid END
      FROM (SELECT array_agg(id ORDER BY slug) FROM agent) a (agents), generate_series(1, ${TASKS}) AS n, LATERAL (
        SELECT CASE WHEN n < 9 THEN (ARRAY['queued','leased','running','waiting_approval','failed','cancelled','dead','dead'])[n]
                    WHEN n % 50 = 0 THEN 'failed' ELSE 'succeeded' END AS state) s`);
    await tx.execute(`
      INSERT INTO agent_batch (id, created_by, operations)
      SELECT batch_id, 'other', jsonb_agg(jsonb_build_object('taskId', id)) FROM agent_task WHERE batch_id IS NOT NULL GROUP BY 1`);
  });
  await database.execute('VACUUM ANALYZE agent_task');
}, 60_000);
afterAll(() => app.close());

interface Plan {
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
}

/** Everything that may be asked for, each alone and with each other, also what matches nothing. */
function filters(slugs: readonly string[]): TaskFilter[] {
  const agents = [undefined, slugs[1], slugs.at(-1), 'no-such-agent'];
  const batches = [undefined, batch(0), batch(15), batch(999)];
  const roles = ['API_USER'] as const;
  const scopes = [MAKER, NOBODY].map((createdBy) => ({ createdBy, roles, heldBy: CREDENTIAL }));
  return [undefined, ...TASK_STATES].flatMap((state) =>
    agents.flatMap((agent) =>
      batches.flatMap((batchId) =>
        [undefined, ...scopes].map((scope) => ({ state, agent, batchId, scope, limit: LIMIT })),
      ),
    ),
  );
}

/** What should be found, by reading everything. */
async function naive({ state, agent, batchId, before, scope }: TaskFilter): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `SELECT t.id FROM agent_task t JOIN agent a ON a.id = t.agent_id
     WHERE ($1::text IS NULL OR t.state = $1) AND ($2::text IS NULL OR a.slug = $2) AND ($3::uuid IS NULL OR t.batch_id = $3)
       AND ($4::uuid IS NULL OR t.id < $4) AND ($5::text IS NULL OR t.created_by = $5 AND a.minimum_role = ANY ($6)
         OR t.state IN ('leased', 'running') AND t.worker_id = $7)
     ORDER BY t.id DESC LIMIT ${LIMIT}`,
    [state, agent, batchId, before, scope?.createdBy, scope?.roles, scope?.heldBy].map((value) => value ?? null),
  );
  return rows.map(({ id }) => id);
}

describe('lists of tasks', () => {
  it('find what was asked for, and read no more for it than a page of each agent and state', async () => {
    const slugs = (await database.query<{ slug: string }>('SELECT slug FROM agent ORDER BY slug')).map(
      ({ slug }) => slug,
    );
    const tooMany: unknown[] = [];
    for (const first of filters(slugs)) {
      const found = await naive(first);
      // The page after a task in the middle too.
      for (const filter of [first, ...(found.length > 1 ? [{ ...first, before: found[found.length >> 1] }] : [])]) {
        const { text, values } = listQuery(filter);
        const rows = await database.query<{ id: string }>(text, values);
        expect({ filter, ids: rows.map(({ id }) => id) }).toEqual({ filter, ids: await naive(filter) });
        const [explained] = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
          `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${text}`,
          values,
        );
        const plan = explained?.['QUERY PLAN'][0].Plan;
        const pages = (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
        if (pages > mostPages(filter)) tooMany.push({ filter, pages });
      }
    }
    expect(tooMany).toEqual([]);
  }, 120_000);
});
