import { randomUUID } from 'node:crypto';
import { Database } from '#platform/database';
import { buildOpenApi } from '../../../apps/api/src/openapi/openapi.js';
import { AgentTasks } from '../../support/agent-tasks.js';
import { type Credentials, exchange, newKey, newPerson } from '../../support/people.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

/** A request whose answer is the decision. */
interface Probe {
  readonly route: string;
  readonly method?: string;
  readonly body?: unknown;
}

type Decision = number | 'done' | 'lost' | 'listed' | 'unlisted' | 'requested' | `TASK.${string}`;

const CALLERS = [
  'maker',
  'makerKey',
  'other',
  'developer',
  'admin',
  'holder',
  'elsewhere',
  'sibling',
  'narrow',
  'stranger',
] as const;
type CallerName = (typeof CALLERS)[number];

describe('access to agents and tasks', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let open: string;
  let other: string;
  let credentials: Record<CallerName, Credentials>;
  let workers: Partial<Record<CallerName, string>>;

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
    [open, other] = [
      await tasks.agent({ kind: 'worker', concurrency: 1_000 }),
      await tasks.agent({ kind: 'worker', concurrency: 1_000 }),
    ];
    const [maker, carrier] = [await newPerson(app, 'API_USER'), await newPerson(app, 'API_USER')];
    const makerKey = await newKey(app, maker);
    credentials = {
      // Asked for the task, by a session.
      maker: { token: maker.token },
      // Another credential of his.
      makerKey: { apiKey: makerKey.apiKey },
      other: { token: (await newPerson(app, 'API_USER')).token },
      developer: { token: (await newPerson(app, 'DEVELOPER')).token },
      admin: { token: (await newPerson(app, 'ADMIN')).token },
      // Its worker holds the lease, in the tables where the task is leased.
      holder: { apiKey: (await newKey(app, carrier, { agents: [open] })).apiKey },
      // Keys of the same user as the holder's.
      elsewhere: { apiKey: (await newKey(app, carrier, { agents: [other] })).apiKey },
      sibling: { apiKey: (await newKey(app, carrier)).apiKey },
      // The maker's key, exchanged for a token of a lower role.
      narrow: { token: await exchange(app, makerKey, 'READ_ONLY') },
      stranger: {},
    };
    workers = {};
    for (const name of CALLERS) {
      const { body } = await app.call<{ workerId: string } | undefined>('POST', '/workers', {
        ...credentials[name],
        body: { name },
      });
      if (body?.workerId !== undefined) workers[name] = body.workerId;
    }
  });
  afterAll(() => app.close());

  const sql = (text: string, id: string) => app.get(Database).execute(text, [id]);
  const make = async (): Promise<string> =>
    (await app.call<{ id: string }>('POST', `/agents/${open}/execute`, { ...credentials.maker, body: {} })).body.id;
  /** A task that the holder's worker has leased. */
  const leased = async (): Promise<{ id: string; leaseToken: string }> => {
    const id = await make();
    const { body } = await app.call<{ tasks: { id: string; leaseToken: string }[] }>('POST', '/leases', {
      ...credentials.holder,
      body: { workerId: workers.holder, max: 1_000 },
    });
    const task = body.tasks.find((one) => one.id === id);
    if (!task) throw new Error('Nothing to lease');
    return task;
  };
  const waiting = async (): Promise<string> => {
    const id = await make();
    await sql(`UPDATE agent_task SET state = 'waiting_approval' WHERE id = $1`, id);
    return id;
  };
  const dead = async (): Promise<string> => {
    const id = await make();
    await sql(`UPDATE agent_task SET state = 'dead', finished_at = now() WHERE id = $1`, id);
    return id;
  };
  const batchOfLeased = async (): Promise<string> => {
    const { id } = await leased();
    const batchId = randomUUID();
    await app.get(Database).execute(
      `INSERT INTO agent_batch (id, created_by, operations)
       SELECT $1, created_by, jsonb_build_array(jsonb_build_object('agent', $2::text, 'taskId', id)) FROM agent_task WHERE id = $3`,
      [batchId, open, id],
    );
    await app.get(Database).execute('UPDATE agent_task SET batch_id = $1 WHERE id = $2', [batchId, id]);
    return batchId;
  };
  const schedule = async (): Promise<string> => {
    const body = { agent: open, cron: '0 0 1 1 *' };
    return (await app.call<{ id: string }>('POST', '/schedules', { ...credentials.developer, body })).body.id;
  };

  /** The status; the body too unless it may never end. */
  const ask = async (name: CallerName, { route, method = 'POST', body }: Probe): Promise<[number, unknown]> => {
    const gone = new AbortController();
    const { token, apiKey } = credentials[name];
    const answer = await fetch(`${app.url}/api/v1${route}`, {
      method,
      signal: gone.signal,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(apiKey !== undefined && { 'x-api-key': apiKey }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const isJson = (answer.headers.get('content-type') ?? '').includes('application/json');
    const content: unknown = isJson ? await answer.json() : undefined;
    if (!isJson) gone.abort();
    return [answer.status, content];
  };

  const get = (route: string): Probe => ({ method: 'GET', route });
  /** What became of the one task that the request spoke of. */
  const fate = (status: number, body: unknown): Decision => {
    if (status !== 200) return status;
    const { completed, extended } = body as { completed?: string[]; extended?: string[] };
    return (completed ?? extended ?? []).length > 0 ? 'done' : 'lost';
  };

  interface Row {
    readonly probe: (name: CallerName) => Promise<Probe> | Probe;
    /** In the order of `CALLERS`. */
    readonly decisions: readonly Decision[];
    readonly read?: (status: number, body: unknown) => Decision;
  }

  const seen: Decision[] = [200, 200, 404, 200, 200, 200, 404, 404, 403, 401];
  const managed: Decision[] = [200, 200, 404, 200, 200, 404, 404, 404, 403, 401];
  const decided: Decision[] = [403, 403, 404, 200, 200, 404, 404, 404, 403, 401];
  /** An act on a lease, with its token, for everybody but its holder. */
  const onLease = (done: number): Decision[] => [409, 409, 409, 409, 409, done, 409, 409, 403, 401];
  const onLeases: Decision[] = ['lost', 'lost', 'lost', 'lost', 'lost', 'done', 'lost', 'lost', 403, 401];
  const everybody: Decision[] = [200, 200, 200, 200, 200, 200, 200, 200, 200, 401];
  const developers = (done: number): Decision[] => [403, 403, 403, done, done, 403, 403, 403, 403, 401];
  const admins = (done: number): Decision[] => [403, 403, 403, 403, done, 403, 403, 403, 403, 401];
  const apiUsers = (done: number): Decision[] => [done, done, done, done, done, done, done, done, 403, 401];

  const ROWS: Record<string, Row> = {
    getTask: { decisions: seen, probe: async () => get(`/tasks/${(await leased()).id}`) },
    explainTask: { decisions: seen, probe: async () => get(`/tasks/${(await leased()).id}/why`) },
    streamTaskEvents: { decisions: seen, probe: async () => get(`/tasks/${(await leased()).id}/events`) },
    getBatch: { decisions: seen, probe: async () => get(`/agents/batch/${await batchOfLeased()}`) },
    listTasks: {
      decisions: ['listed', 'listed', 'unlisted', 'listed', 'listed', 'listed', 'unlisted', 'unlisted', 403, 401],
      probe: async () => {
        wanted = (await leased()).id;
        return get('/tasks?limit=1');
      },
      read: (status, body) => {
        if (status !== 200) return status;
        return (body as { items: { id: string }[] }).items.some(({ id }) => id === wanted) ? 'listed' : 'unlisted';
      },
    },
    countTasks: { decisions: apiUsers(200), probe: () => get('/tasks/counts') },
    listBatches: {
      decisions: ['listed', 'listed', 'unlisted', 'listed', 'listed', 'unlisted', 'unlisted', 'unlisted', 403, 401],
      probe: async () => {
        wanted = await batchOfLeased();
        return get('/agents/batch?limit=100');
      },
      read: (status, body) => {
        if (status !== 200) return status;
        const { items } = body as { items: { batchId: string }[] };
        return items.some(({ batchId }) => batchId === wanted) ? 'listed' : 'unlisted';
      },
    },
    // Of the user who registered it, by whichever of his credentials.
    listWorkers: {
      decisions: ['unlisted', 'unlisted', 'unlisted', 'listed', 'listed', 'listed', 'listed', 'listed', 403, 401],
      probe: () => get('/workers?limit=100'),
      read: (status, body) => {
        if (status !== 200) return status;
        return (body as { items: { id: string }[] }).items.some(({ id }) => id === workers.holder)
          ? 'listed'
          : 'unlisted';
      },
    },
    getWorker: {
      decisions: [404, 404, 404, 200, 200, 200, 200, 200, 403, 401],
      probe: () => get(`/workers/${workers.holder}`),
    },
    cancelTasks: {
      decisions: [
        ...(['requested', 'requested', 'TASK.NOT_FOUND', 'requested', 'requested', 'TASK.NOT_OWNED'] as const),
        ...(['TASK.NOT_FOUND', 'TASK.NOT_FOUND', 403, 401] as const),
      ],
      probe: async () => ({ route: '/tasks/cancel', body: { ids: [(await leased()).id] } }),
      read: (status, body) => {
        if (status !== 200) return status;
        const [{ outcome, code } = { outcome: 'none' }] = (body as { results: { outcome: string; code?: string }[] })
          .results;
        return (code ?? outcome) as Decision;
      },
    },
    cancelTask: {
      decisions: [200, 200, 404, 200, 200, 403, 404, 404, 403, 401],
      probe: async () => ({ route: `/tasks/${(await leased()).id}/cancel` }),
    },
    retryTask: { decisions: managed, probe: async () => ({ route: `/tasks/${await dead()}/retry` }) },
    approveTask: { decisions: decided, probe: async () => ({ route: `/tasks/${await waiting()}/approve` }) },
    refuseTask: {
      decisions: decided,
      probe: async () => ({ route: `/tasks/${await waiting()}/refuse`, body: { reason: 'Too dear' } }),
    },
    redriveTasks: { decisions: developers(200), probe: () => ({ route: '/tasks/redrive', body: { ids: [] } }) },
    completeTask: {
      decisions: onLease(200),
      probe: async () => {
        const { id, leaseToken } = await leased();
        return { route: `/tasks/${id}/complete`, body: { leaseToken } };
      },
    },
    completeTasks: {
      decisions: onLeases,
      read: fate,
      probe: async () => ({ route: '/tasks/complete', body: { results: [pick(await leased())] } }),
    },
    failTask: {
      decisions: onLease(204),
      probe: async () => {
        const { id, leaseToken } = await leased();
        return { route: `/tasks/${id}/fail`, body: { leaseToken, error: { message: 'No' } } };
      },
    },
    releaseTask: {
      decisions: onLease(204),
      probe: async () => {
        const { id, leaseToken } = await leased();
        return { route: `/tasks/${id}/release`, body: { leaseToken } };
      },
    },
    addTaskEvent: {
      decisions: onLease(204),
      probe: async () => {
        const { id, leaseToken } = await leased();
        return { route: `/tasks/${id}/events`, body: { leaseToken, seq: 1, type: 'page' } };
      },
    },
    sendHeartbeat: {
      decisions: onLeases,
      read: fate,
      // Each as the worker it registered itself.
      probe: async (name) => ({
        route: `/workers/${workers[name] ?? randomUUID()}/heartbeat`,
        body: { leases: [pick(await leased())] },
      }),
    },
    registerWorker: {
      decisions: [201, 201, 201, 201, 201, 201, 403, 201, 403, 401],
      probe: () => ({ route: '/workers', body: { name: 'w', agents: [open] } }),
    },
    leaseTasks: {
      decisions: [200, 200, 200, 200, 200, 200, 403, 200, 403, 401],
      probe: async (name) => {
        await make();
        return { route: '/leases', body: { workerId: workers[name] ?? randomUUID(), agents: [open] } };
      },
    },
    executeAgent: { decisions: apiUsers(202), probe: () => ({ route: `/agents/${open}/execute`, body: {} }) },
    executeBatch: {
      decisions: apiUsers(202),
      probe: () => ({ route: '/agents/batch', body: { operations: [{ agent: open }] } }),
    },
    listAgents: { decisions: everybody, probe: () => get('/agents') },
    getAgentsHealth: { decisions: everybody, probe: () => get('/agents/health') },
    getAgent: { decisions: everybody, probe: () => get(`/agents/${open}`) },
    getAgentHistory: { decisions: everybody, probe: () => get(`/agents/${open}/history`) },
    getAgentHealth: { decisions: everybody, probe: () => get(`/agents/${open}/health`) },
    createAgent: {
      decisions: admins(201),
      probe: (name) => ({
        route: '/agents',
        body: { slug: `made-by-${name.toLowerCase()}`, name, category: 'tests', kind: 'worker' },
      }),
    },
    updateAgent: {
      decisions: admins(200),
      probe: () => ({ method: 'PATCH', route: `/agents/${other}`, body: { name: 'Other' } }),
    },
    deleteAgent: {
      decisions: admins(204),
      probe: async () => ({ method: 'DELETE', route: `/agents/${await tasks.agent({ kind: 'worker' })}` }),
    },
    pauseAgent: { decisions: admins(200), probe: () => ({ route: `/agents/${other}/pause` }) },
    resumeAgent: { decisions: admins(200), probe: () => ({ route: `/agents/${other}/resume` }) },
    createSchedule: {
      decisions: developers(201),
      probe: () => ({ route: '/schedules', body: { agent: open, cron: '0 0 1 1 *' } }),
    },
    listSchedules: { decisions: developers(200), probe: () => get('/schedules') },
    previewScheduleTimes: {
      decisions: developers(200),
      probe: () => get(`/schedules/times?cron=${encodeURIComponent('0 0 1 1 *')}`),
    },
    getSchedule: { decisions: developers(200), probe: async () => get(`/schedules/${await schedule()}`) },
    updateSchedule: {
      decisions: developers(200),
      probe: async () => ({ method: 'PATCH', route: `/schedules/${await schedule()}`, body: { priority: 6 } }),
    },
    runSchedule: {
      decisions: developers(202),
      probe: async () => ({ route: `/schedules/${await schedule()}/run` }),
    },
    deleteSchedule: {
      decisions: developers(204),
      probe: async () => ({ method: 'DELETE', route: `/schedules/${await schedule()}` }),
    },
    // Whoever knows the agent's secret, whatever he is otherwise.
    completeTaskByCallback: {
      decisions: [401, 401, 401, 401, 401, 401, 401, 401, 401, 401],
      probe: async () => {
        const { id } = await leased();
        return { route: `/tasks/${id}/callback`, body: { taskId: id, attempt: 1, status: 'succeeded' } };
      },
    },
  };
  let wanted = '';

  it.each(Object.keys(ROWS))(
    'is decided for %s as the table says',
    async (operation) => {
      const { probe, decisions, read = (status) => status } = ROWS[operation] as Row;
      const found: Partial<Record<CallerName, Decision>> = {};
      for (const name of CALLERS) found[name] = read(...(await ask(name, await probe(name))));
      expect(found).toEqual(Object.fromEntries(CALLERS.map((name, index) => [name, decisions[index]])));
    },
    60_000,
  );

  it('is decided for every route of this module', () => {
    const operations = Object.values(buildOpenApi(app.app).paths).flatMap((item): unknown[] =>
      Object.values(item as object),
    );
    const ours = (operations as { operationId?: string; tags?: string[] }[])
      .filter(({ tags = [] }) => tags.some((tag) => ['agents', 'tasks', 'workers', 'schedules'].includes(tag)))
      .map(({ operationId }) => operationId);
    expect(Object.keys(ROWS).toSorted()).toEqual(ours.toSorted());
  });
});

function pick({ id, leaseToken }: { id: string; leaseToken: string }): object {
  return { id, leaseToken };
}
