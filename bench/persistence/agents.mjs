// Tasks of a year, as `growth/agents.mjs` makes them, and what is asked for while work goes on.
import { fill as fillAgents } from '../growth/agents.mjs';

const AGENTS = `SELECT array_agg(id ORDER BY slug) FROM (SELECT id, slug FROM agent WHERE kind = 'worker' ORDER BY slug LIMIT 19) a`;

export const fill = (db, size) => fillAgents(db, 0, size);

export async function rows({ url, token, db }) {
  const post = async (path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const { workerId } = await post('/workers', { name: 'bench' });
  const { tasks } = await post('/leases', { workerId, max: 20, leaseMs: 600_000 });
  const leases = tasks.map(({ id, leaseToken }) => ({ id, leaseToken, progress: { done: 0.5 } }));
  const slug = 'seo-marketing';
  const { rows: batches } = await db.query('SELECT id FROM agent_batch ORDER BY id LIMIT 1');
  const completed = await running(db, workerId, 20_000);
  const failed = await running(db, workerId, 20_000);
  let last;
  const leasing = await waiting(db, 40, 1_000);
  return {
    // Of many agents in turn: each may run a thousand at a time at most.
    'a task that is leased': {
      path: '/leases',
      method: 'POST',
      body: () => {
        leasing.push(leasing.shift());
        return { workerId, agents: [leasing[0]], max: 1, leaseMs: 600_000 };
      },
    },
    'a task that is completed': {
      path: '/tasks/complete',
      method: 'POST',
      body: () => ({ results: [{ ...completed.pop(), output: { result: 1 } }] }),
    },
    'a task that fails': {
      path: () => `/tasks/${(last = failed.pop()).id}/fail`,
      method: 'POST',
      body: () => ({ leaseToken: last.leaseToken, error: { code: 'BENCH', message: 'It failed' }, retryable: true }),
    },
    'a heartbeat': { path: `/workers/${workerId}/heartbeat`, method: 'POST', body: { leases } },
    'tasks of an agent and a state': { path: `/tasks?limit=20&agent=${slug}&state=failed` },
    'tasks by state': { path: `/tasks/counts?agent=${slug}` },
    'tasks with a text': { path: `/tasks?limit=20&agent=${slug}&text=oddity` },
    'a page of batches': { path: '/agents/batch?limit=20' },
    'results of a batch': { path: `/agents/batch/${batches[0].id}` },
    'tasks that ended last': { path: '/dashboard/activities' },
    'agents on the dashboard': { path: '/dashboard/agents' },
    'a task for an agent': {
      path: `/agents/${slug}/execute`,
      method: 'POST',
      body: { parameters: { topic: 'bench' } },
    },
  };
}

/** Makes tasks that a worker holds. */
async function running(db, workerId, count) {
  const { rows: tasks } = await db.query(
    `INSERT INTO agent_task (id, agent_id, state, priority, attempt, max_attempts, timeout_seconds, created_by, started_at, deadline_at,
       lease_token, lease_expires_at, worker_id)
     SELECT gen_random_uuid(), agents[1 + n % 19], 'running', 5, 1, 3, 3600, 'user-0', now(), now() + interval '1 hour',
       gen_random_uuid(), now() + interval '1 hour', $1
     FROM (${AGENTS}) a (agents), generate_series(1, $2::int) AS n RETURNING id, lease_token AS "leaseToken"`,
    [workerId, count],
  );
  return tasks;
}

/** Makes agents that have tasks waiting, and gives their slugs. */
async function waiting(db, agents, tasksOfEach) {
  const { rows: made } = await db.query(
    `INSERT INTO agent (id, slug, name, category, kind, concurrency)
     SELECT gen_random_uuid(), 'bench-' || n, 'bench', 'bench', 'worker', 1000 FROM generate_series(1, $1::int) AS n RETURNING id, slug`,
    [agents],
  );
  const ids = made.map(({ id }) => id);
  await db.query('INSERT INTO agent_runtime (agent_id) SELECT unnest($1::uuid[])', [ids]);
  await db.query(
    `INSERT INTO agent_task (id, agent_id, state, priority, max_attempts, timeout_seconds, parameters, created_by)
     SELECT gen_random_uuid(), id, 'queued', 5, 3, 3600, '{"topic": "bench"}', 'user-0'
     FROM unnest($1::uuid[]) AS id, generate_series(1, $2::int)`,
    [ids, tasksOfEach],
  );
  return made.map(({ slug }) => slug);
}
