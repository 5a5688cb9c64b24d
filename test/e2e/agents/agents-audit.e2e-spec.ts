import { Database } from '#platform/database';
import { includesRole, type Role } from '#platform/kernel';
import { buildOpenApi } from '../../../apps/api/src/openapi/openapi.js';
import { AgentTasks, type TaskBody } from '../../support/agent-tasks.js';
import { newKey, newPerson, type Person } from '../../support/people.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface Audited extends Record<string, unknown> {
  action: string;
  actor_id: string;
  subject_id: string | null;
  credential_id: string;
  details: Record<string, unknown>;
}

/** An act, by the operation of the route, and what it leaves. */
interface Act {
  readonly action: string;
  readonly method?: string;
  readonly route: string;
  readonly body?: unknown;
  readonly details: Record<string, unknown>;
  /** Whether the maker of the task is the subject. */
  readonly isAboutMaker?: boolean;
}

describe('the audit trail of agents', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let [admin, maker]: Person[] = [];
  let adminKey: { id: string; apiKey: string };

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
    admin = await newPerson(app, 'ADMIN');
    maker = await newPerson(app, 'API_USER');
    adminKey = await newKey(app, admin);
  });
  afterAll(() => app.close());

  const database = () => app.get(Database);
  const made = async (state: string): Promise<{ id: string; agent: string }> => {
    const agent = await tasks.agent({ kind: 'worker' });
    const answer = await app.call<TaskBody>('POST', `/agents/${agent}/execute`, {
      token: maker?.token ?? '',
      body: {},
    });
    await database().execute(
      `UPDATE agent_task SET state = $2, finished_at = CASE WHEN $2 = 'dead' THEN now() END WHERE id = $1`,
      [answer.body.id, state],
    );
    return { id: answer.body.id, agent };
  };
  const schedule = async (): Promise<{ id: string; agent: string }> => {
    const agent = await tasks.agent({ kind: 'worker' });
    const body = { agent, cron: '0 0 1 1 *' };
    const answer = await app.call<{ id: string }>('POST', '/schedules', { token: tasks.admin, body });
    return { id: answer.body.id, agent };
  };
  const trail = (): Promise<Audited[]> =>
    database().query<Audited>(
      `SELECT action, actor_id, subject_id, credential_id, details FROM audit_event
       WHERE action ~ '^(agent|task|tasks|schedule|worker)\\.' ORDER BY sequence`,
    );

  const ACTS: Record<string, () => Promise<Act>> = {
    createAgent: () =>
      Promise.resolve({
        action: 'agent.created',
        route: '/agents',
        body: { slug: 'audited', name: 'A', category: 'tests', kind: 'worker', minimumRole: 'DEVELOPER' },
        details: { agent: 'audited', kind: 'worker', minimumRole: 'DEVELOPER' },
      }),
    updateAgent: async () => {
      const agent = await tasks.agent({ kind: 'worker' });
      return {
        action: 'agent.changed',
        method: 'PATCH',
        route: `/agents/${agent}`,
        body: { name: 'B', minimumRole: 'ADMIN' },
        details: { agent, changed: ['name', 'minimumRole'], minimumRole: { from: 'API_USER', to: 'ADMIN' } },
      };
    },
    deleteAgent: async () => {
      const agent = await tasks.agent({ kind: 'worker' });
      return { action: 'agent.deleted', method: 'DELETE', route: `/agents/${agent}`, details: { agent } };
    },
    pauseAgent: async () => {
      const agent = await tasks.agent();
      return { action: 'agent.paused', route: `/agents/${agent}/pause`, details: { agent } };
    },
    resumeAgent: async () => {
      const agent = await tasks.agent();
      return { action: 'agent.resumed', route: `/agents/${agent}/resume`, details: { agent } };
    },
    createSchedule: async () => {
      const agent = await tasks.agent({ kind: 'worker' });
      const body = { agent, cron: '0 0 1 1 *' };
      const details = { scheduleId: expect.any(String) as string, agent, cron: '0 0 1 1 *', timeZone: 'UTC' };
      return { action: 'schedule.created', route: '/schedules', body, details };
    },
    updateSchedule: async () => {
      const { id, agent } = await schedule();
      const details = {
        scheduleId: id,
        agent,
        changed: ['enabled'],
        enabled: false,
        formerOwner: expect.any(String) as string,
      };
      return {
        action: 'schedule.changed',
        method: 'PATCH',
        route: `/schedules/${id}`,
        body: { enabled: false },
        details,
      };
    },
    deleteSchedule: async () => {
      const { id, agent } = await schedule();
      const details = { scheduleId: id, agent };
      return { action: 'schedule.deleted', method: 'DELETE', route: `/schedules/${id}`, details };
    },
    runSchedule: async () => {
      const { id, agent } = await schedule();
      const details = { scheduleId: id, agent, taskId: expect.any(String) as string };
      return { action: 'schedule.run', route: `/schedules/${id}/run`, details };
    },
    redriveTasks: async () => {
      const { id } = await made('dead');
      return { action: 'tasks.redriven', route: '/tasks/redrive', body: { ids: [id] }, details: { taskIds: [id] } };
    },
    retryTask: async () => {
      const { id, agent } = await made('dead');
      const details = { taskId: id, agent };
      return { action: 'task.retried', route: `/tasks/${id}/retry`, details, isAboutMaker: true };
    },
    cancelTask: async () => {
      const { id, agent } = await made('queued');
      const details = { taskId: id, agent };
      return { action: 'task.cancelled', route: `/tasks/${id}/cancel`, details, isAboutMaker: true };
    },
    cancelTasks: async () => {
      const { id, agent } = await made('queued');
      const details = { taskId: id, agent };
      return { action: 'task.cancelled', route: '/tasks/cancel', body: { ids: [id] }, details, isAboutMaker: true };
    },
    approveTask: async () => {
      const { id, agent } = await made('waiting_approval');
      const details = { taskId: id, agent };
      return { action: 'task.approved', route: `/tasks/${id}/approve`, details, isAboutMaker: true };
    },
    refuseTask: async () => {
      const { id, agent } = await made('waiting_approval');
      const body = { reason: 'No' };
      const details = { taskId: id, agent, reason: 'No' };
      return { action: 'task.refused', route: `/tasks/${id}/refuse`, body, details, isAboutMaker: true };
    },
    registerWorker: async () => {
      const agent = await tasks.agent({ kind: 'worker' });
      const details = { workerId: expect.any(String) as string, name: 'w', agents: [agent] };
      return { action: 'worker.registered', route: '/workers', body: { name: 'w', agents: [agent] }, details };
    },
  };

  it.each(Object.keys(ACTS))('has %s, with who did it by which credential', async (operation) => {
    const act = await ACTS[operation]?.();
    if (!act) throw new Error('No act');
    const before = (await trail()).length;
    const { method = 'POST', route, body, action, details } = act;
    const answer = await app.call(method, route, { apiKey: adminKey.apiKey, ...(body !== undefined && { body }) });
    expect(answer.status).toBeLessThan(300);
    expect((await trail()).slice(before)).toEqual([
      {
        action,
        actor_id: admin?.id,
        subject_id: act.isAboutMaker ? maker?.id : null,
        credential_id: adminKey.id,
        details,
      },
    ]);
  });

  it('has every act of administration of this module', () => {
    const operations = Object.values(buildOpenApi(app.app).paths).flatMap((item) =>
      Object.entries(item as Record<string, Record<string, unknown>>),
    );
    const acts = operations
      .filter(([method, { tags = [], 'x-required-role': role }]) => {
        const isOurs = (tags as string[]).some((tag) => ['agents', 'tasks', 'workers', 'schedules'].includes(tag));
        return isOurs && method !== 'get' && role !== 'public' && includesRole(role as Role, 'DEVELOPER');
      })
      .map(([, { operationId }]) => operationId);
    expect(acts.length).toBeGreaterThan(5);
    expect(Object.keys(ACTS)).toEqual(expect.arrayContaining(acts));
  });

  it('has nothing of what was refused, of what changes nothing, or of what people do with their own tasks', async () => {
    const own = await made('queued');
    const again = await made('dead');
    const waiting = await made('waiting_approval');
    const held = await made('queued');
    const before = await trail();
    const call = (route: string, token = maker?.token ?? '', body?: object) =>
      app.call('POST', route, { token, ...(body && { body }) });
    expect((await call(`/tasks/${own.id}/cancel`)).status).toBe(200);
    expect((await call(`/tasks/${own.id}/cancel`, tasks.admin)).status).toBe(200);
    expect((await call(`/tasks/${again.id}/retry`)).status).toBe(200);
    expect((await call(`/tasks/${waiting.id}/approve`)).status).toBe(403);
    expect((await call(`/tasks/${held.id}/approve`, tasks.admin)).status).toBe(409);
    expect((await call('/tasks/redrive', tasks.admin, { ids: [own.id] })).body).toEqual({ redriven: 0 });
    expect((await call('/tasks/redrive', tasks.admin, { dryRun: true })).status).toBe(200);
    expect((await call('/tasks/cancel', tasks.admin, { ids: [held.id], dryRun: true })).status).toBe(200);
    expect((await call('/agents/nobody/pause', tasks.admin)).status).toBe(404);
    expect((await app.call('DELETE', `/agents/${held.agent}`, { token: tasks.admin })).status).toBe(409);
    expect(await trail()).toEqual(before);
  });
});
