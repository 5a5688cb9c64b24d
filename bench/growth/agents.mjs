// Tasks of a year that a few people and many others asked of twenty agents: most succeeded, some states are rare, and what is rare is old.
export const tags = ['agents', 'tasks', 'schedules', 'workers'];

/** Cannot be asked without a parameter. */
export const unasked = ['/schedules/times'];

const PER_BATCH = 100;

/** Milliseconds between items, and before the last of a hundred million. */
const [APART, ALL] = [100, 1e10];

/** When item 0 was made, in ms: said by the first fill. */
let begin;

/** When an item was made, as a number of milliseconds. */
const madeAt = (n) => `(${begin} + ${APART} * (${n}))`;

/** The id of an item is of its time, so that ids are in the order of numbers. */
const id = (n, kind) => `(lpad(to_hex(${madeAt(n)}), 12, '0') || '7${kind}008000000000000000')::uuid`;

/** As `auth.mjs` makes users: one who asks for a seventh of it, and many others. */
const personOf = (n) => `(lpad(to_hex(${n}), 12, '0') || '70008000000000000001')::uuid`;

const AGENTS = `SELECT array_agg(id ORDER BY slug) FROM (SELECT id, slug FROM agent WHERE kind = 'worker' ORDER BY slug LIMIT 19) a`;

/** Every task says whose day it is, half of them that it is a report, a tenth an invoice (of agents of their own), one in fifty thousand that it is odd. */
const DESCRIPTION = `concat('Go through day ', n / 864000, ' of agent ', n % 19, CASE WHEN n % 2 = 0 THEN ', a report' END,
  CASE WHEN n % 19 < 2 THEN ', an invoice' END, CASE WHEN n % 50000 = 77 THEN ', an oddity' END)`;

/** How many of what is rare, among the oldest. */
const RARE = { cancelled: 40, waiting_approval: 5, dead: 40, scheduled: 60 };

/**
 * @param options.ageDays how long ago the last task ended
 */
export async function fill(db, from, to, { ageDays = 0 } = {}) {
  begin ??= Date.now() - ALL - ageDays * 86_400_000;
  const ended = `to_timestamp(${madeAt('n')} / 1000.0)`;
  // What the triggers and foreign keys see to holds by construction.
  await db.query(`SET session_replication_role = 'replica'`);
  for (let first = from + 1; first <= to; first += 200_000) {
    const last = Math.min(to, first + 199_999);
    await db.query(
      `INSERT INTO agent_task (id, agent_id, state, priority, attempt, max_attempts, timeout_seconds, task_description, parameters, output, error,
         tokens_in, tokens_out, cost_micros, batch_id, schedule_id, depends_on, has_dependents, created_by, correlation_id, created_at, queued_at,
         run_at, rank_at,
         started_at, finished_at)
       SELECT ${id('n', 0)}, agents[1 + n % 19], state, 5, 1, 3, 300, ${DESCRIPTION}, jsonb_build_object('n', n),
         CASE WHEN state = 'succeeded' THEN jsonb_build_object('result', md5(n::text)) END,
         CASE WHEN state IN ('failed', 'dead') THEN '{"code": "TASK.FAILED", "message": "It failed"}'::jsonb END,
         100, 50, 700, CASE WHEN n % 10 = 0 THEN ${id(`n / ${PER_BATCH * 10}`, 1)} END,
         CASE WHEN n % 20 = 4 THEN ${id(1, 2)} WHEN n < ${RARE.scheduled} THEN ${id(2, 2)} END,
         CASE WHEN n % 50 = 7 AND n > 50 THEN ARRAY[${id('n - 50', 0)}] ELSE '{}' END, n % 50 = 7,
         CASE WHEN n % 20 = 4 THEN ${personOf(1)} ELSE ${personOf('1 + n % 7 * (n / 7 % 1000)')} END, 'request-' || n / 3, at, at, at, at,
         CASE WHEN state NOT IN ('queued', 'waiting_approval') THEN at END,
         CASE WHEN state NOT IN ('queued', 'waiting_approval') THEN at + interval '50 milliseconds' END
       FROM (${AGENTS}) a (agents), LATERAL (
         SELECT n, ${ended} AS at, CASE
           WHEN n <= ${RARE.cancelled} THEN 'cancelled'
           WHEN n <= ${RARE.cancelled + RARE.waiting_approval} THEN 'waiting_approval'
           WHEN n <= ${RARE.cancelled + RARE.waiting_approval + RARE.dead} THEN 'dead'
           WHEN n % 100 = 3 THEN 'queued' WHEN n % 50 = 1 THEN 'failed' ELSE 'succeeded' END AS state
         FROM generate_series($1::int, $2::int) AS n) t`,
      [first, last],
    );
    await db.query(
      `INSERT INTO agent_task_event (task_id, seq, type, created_at, hash)
       SELECT ${id('n', 0)}, seq, (ARRAY['queued','started','succeeded'])[seq], ${ended}, sha256(convert_to(n || ' ' || seq, 'UTF8'))
       FROM generate_series($1::int, $2::int) AS n, generate_series(1, 3) AS seq`,
      [first, last],
    );
    await db.query(
      `INSERT INTO agent_task_dependency (depends_on, task_id)
       SELECT ${id('n - 50', 0)}, ${id('n', 0)} FROM generate_series($1::int, $2::int) AS n WHERE n % 50 = 7 AND n > 50`,
      [first, last],
    );
    await db.query(
      `INSERT INTO agent_batch (id, created_by, operations, created_at)
       SELECT ${id('b', 1)}, 'user-0', (
           SELECT jsonb_agg(jsonb_build_object('agent', 'seo-marketing', 'taskId', ${id('n', 0)}, 'error', NULL, 'select', NULL))
           FROM generate_series(greatest(b * ${PER_BATCH * 10}, 10), b * ${PER_BATCH * 10} + ${(PER_BATCH - 1) * 10}, 10) AS n),
         (SELECT ${ended} FROM (SELECT b * ${PER_BATCH * 10}) k (n))
       FROM generate_series(($1::int + ${PER_BATCH * 10 - 2}) / ${PER_BATCH * 10}, $2::int / ${PER_BATCH * 10} - 1) AS b
       ON CONFLICT DO NOTHING`,
      [first === 1 ? 0 : first, last],
    );
  }
  await db.query(`SET session_replication_role = 'origin'`);
  // What triggers keep, which did not see these.
  await db.query(
    `INSERT INTO agent_task_text (task_id, text) SELECT id, task_description FROM agent_task WHERE id > $1 ON CONFLICT DO NOTHING`,
    [(await db.query(`SELECT ${id(from, 0)} AS id`)).rows[0].id],
  );
  // Sums of agents, as the service would have added them up.
  await db.query('DELETE FROM agent_statistic');
  await db.query(
    `INSERT INTO agent_statistic (agent_id, slot, enqueued, succeeded, failed, cancelled, duration_ms, day)
     SELECT agent_id, 0, count(*), count(*) FILTER (WHERE state = 'succeeded'), count(*) FILTER (WHERE state IN ('failed', 'dead')),
       count(*) FILTER (WHERE state = 'cancelled'), count(*) * 50, current_date
     FROM agent_task GROUP BY agent_id`,
  );
  await db.query(
    `INSERT INTO agent_schedule (id, agent_id, cron, time_zone, parameters, priority, enabled, created_by)
     SELECT ${id('n', 2)}, (SELECT id FROM agent WHERE slug = 'scanner'), '0 0 1 1 *', 'UTC', '{}', 5, false, 'user-' || n % 100
     FROM generate_series($1::int / 100 + 1, $2::int / 100) AS n`,
    [from, to],
  );
  await db.query(
    `INSERT INTO agent_worker (id, owner_id, name, agents, slots, last_seen_at)
     SELECT ${id('n', 3)}, 'user-0', 'worker', '{}', 1, now() - interval '1 hour'
     FROM generate_series($1::int / 100 + 1, $2::int / 100) AS n`,
    [from, to],
  );
}

/** A task in the middle of a path is one that waits for others behind many; batches, schedules and agents have names of their own. */
export async function samples(db) {
  const { rows } = await db.query(
    `SELECT (SELECT id FROM agent_task WHERE state = 'queued' ORDER BY id DESC LIMIT 1) AS queued,
       (SELECT id FROM agent_task WHERE depends_on <> '{}' ORDER BY id DESC LIMIT 1) AS dependent,
       (SELECT id FROM agent_task WHERE id = ${id(7, 0)}) AS old, (SELECT id FROM agent_batch ORDER BY id LIMIT 1) AS batch,
       (SELECT id FROM agent_batch ORDER BY id DESC LIMIT 1) AS "lastBatch", (SELECT id FROM agent_schedule ORDER BY id LIMIT 1) AS schedule,
       (SELECT id FROM agent_schedule ORDER BY id OFFSET 1 LIMIT 1) AS "rareSchedule", (SELECT id FROM agent_worker ORDER BY id LIMIT 1) AS worker,
       (SELECT max(created_at) FROM agent_task) AS last, ${personOf(1)} AS maker, ${personOf(7)} AS somebody`,
  );
  const ago = (items) => new Date(rows[0].last.getTime() - items * APART).toISOString();
  const times = {
    early: new Date(begin + 60 * APART).toISOString(),
    late: ago(100),
    middle: ago(5_000),
    afterMiddle: ago(4_000),
  };
  return { slug: 'seo-marketing', ...rows[0], ...times, later: ago(-1e9) };
}

const tasks = (query) => `/api/v1/tasks?limit=20&${query}`;
const FILTERS = {
  state: [
    'succeeded',
    'failed',
    'queued',
    'cancelled',
    'dead',
    'waiting_approval',
    'running',
    'leased',
    'failed,dead',
  ].map((state) => `state=${state}`),
  agent: ['agent=seo-marketing', 'agent=scanner', 'agent=nobody'],
  batchId: ['batchId={batch}', 'batchId={lastBatch}', 'batchId=00000000-0000-7000-8000-000000000000'],
  createdBy: ['createdBy={maker}', 'createdBy={somebody}', 'createdBy=nobody'],
  scheduleId: ['scheduleId={schedule}', 'scheduleId={rareSchedule}', 'scheduleId=00000000-0000-7000-8000-000000000000'],
  text: ['text=report', 'text=invoice', 'text=oddity', 'text=nowhere'],
  time: ['from={early}', 'from={late}', 'to={early}', 'from={middle}&to={afterMiddle}', 'from={later}'],
};
const pairs = (one, other) => one.flatMap((a) => other.map((b) => `${a}&${b}`));
const kinds = Object.values(FILTERS);
const queries = [
  ...kinds.flat(),
  ...kinds.flatMap((one, at) => kinds.slice(at + 1).flatMap((other) => pairs(one, other))),
];
const counted = Object.entries(FILTERS)
  .filter(([name]) => name !== 'state' && name !== 'text')
  .flatMap(([, some]) => some);

export const reads = {
  tasks: tasks(''),
  ...Object.fromEntries(queries.map((query) => [`tasks ${query}`, tasks(query)])),
  ...Object.fromEntries(counted.map((query) => [`counts ${query}`, `/api/v1/tasks/counts?${query}`])),
  ...Object.fromEntries(
    // The stream of a task that waits goes on until it ends.
    ['queued', 'queued/why', 'dependent', 'dependent/why', 'dependent/events', 'old', 'old/why', 'old/events'].map(
      (what) => [`task ${what}`, `/api/v1/tasks/${what.replace(/^\w+/, '{$&}')}`],
    ),
  ),
  batch: '/api/v1/agents/batch/{batch}',
  schedule: '/api/v1/schedules/{schedule}',
  ...Object.fromEntries(
    [
      'agent=scanner',
      'agent=nobody',
      'ownerId=user-0',
      'ownerId=nobody',
      'agent=scanner&ownerId=user-0',
      'agent=scanner&ownerId=nobody',
    ].map((query) => [`schedules ${query}`, `/api/v1/schedules?${query}`]),
  ),
  'times of a schedule': '/api/v1/schedules/times?cron=0%206%20*%20*%20*',
  worker: '/api/v1/workers/{worker}',
  'workers that are there': '/api/v1/workers?isAlive=true',
  'workers that are gone': '/api/v1/workers?isAlive=false',
  'agents by status': '/api/v1/agents?status=failed',
  'agents by capability': '/api/v1/agents?capability=none',
  activities: '/api/v1/dashboard/activities',
  'agents on the dashboard': '/api/v1/dashboard/agents',
};
