import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '#platform/database';
import { AgentTasks } from '../../../../test/support/agent-tasks.js';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';
import { TaskEventRepository } from '../tasks/task-event.repository.js';
import { AttemptOutcomeService } from './attempt-outcome.service.js';
import { TaskTransitionRepository } from './task-transition.repository.js';

describe('the outcome of an attempt', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let workerId: string;

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
    const { body } = await app.call<{ workerId: string }>('POST', '/workers', {
      token: tasks.user,
      body: { name: 'one' },
    });
    workerId = body.workerId;
  });
  afterAll(() => app.close());

  const leaseOne = async (): Promise<{ id: string; leaseToken: string }> => {
    const slug = await tasks.agent({ kind: 'worker' });
    await tasks.execute(slug);
    const { body } = await app.call<{ tasks: { id: string; leaseToken: string }[] }>('POST', '/leases', {
      token: tasks.user,
      body: { workerId, agents: [slug] },
    });
    const [task] = body.tasks;
    if (!task) throw new Error('Nothing to lease');
    return task;
  };

  it('is recorded though somebody adds an event at the same time', async () => {
    const lease = await leaseOne();
    const [database, events] = [app.get(Database), app.get(TaskEventRepository)];
    const waiting = async (): Promise<number> => {
      const sql = `SELECT count(*)::integer AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return (await database.query<{ n: number }>(sql))[0]?.n ?? 0;
    };
    let succeeded: Promise<boolean[]> | undefined;
    await database.transaction(async (tx) => {
      await app.get(TaskTransitionRepository).lock(tx, lease.id);
      await events.append(tx, [{ taskId: lease.id, type: 'agent.page' }]);
      succeeded = app.get(AttemptOutcomeService).succeedAll([{ ...lease, output: 1 }]);
      while ((await waiting()) === 0) await sleep(10);
    });
    expect(await succeeded).toEqual([true]);
    expect(await tasks.eventTypes(lease.id)).toEqual(['queued', 'started', 'agent.page', 'succeeded']);
    expect(await events.broken([lease.id])).toEqual(new Map());
  });
});
