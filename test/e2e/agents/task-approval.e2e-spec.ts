import { Database } from '#platform/database';
import { AgentTasks, type TaskBody } from '../../support/agent-tasks.js';
import { type Credentials, newKey, newPerson, type Person } from '../../support/people.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface Audited {
  action: string;
  actor_id: string;
  subject_id: string;
  details: Record<string, unknown>;
}

describe('tasks that wait for approval', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let costly: string;
  let [user, developer, colleague, admin]: Person[] = [];

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
    costly = await tasks.agent({ budget: { maxCost: '0' }, concurrency: 100 });
    user = await newPerson(app, 'API_USER');
    developer = await newPerson(app, 'DEVELOPER');
    colleague = await newPerson(app, 'DEVELOPER');
    admin = await newPerson(app, 'ADMIN');
  });
  afterAll(() => app.close());

  const waitingOf = async (maker: Credentials | undefined, body: object = {}): Promise<string> => {
    const made = await app.call<TaskBody>('POST', `/agents/${costly}/execute`, { ...credentialsOf(maker), body });
    await tasks.until(made.body.id, 'waiting_approval');
    return made.body.id;
  };
  const act = (verb: string, id: string, who: Credentials | undefined, on = app) =>
    on.call<TaskBody & { code: string }>('POST', `/tasks/${id}/${verb}`, {
      ...credentialsOf(who),
      ...(verb === 'refuse' && { body: { reason: 'Too dear' } }),
    });
  const approve = (id: string, who: Credentials | undefined, on = app) => act('approve', id, who, on);
  const audited = (id: string): Promise<Audited[]> =>
    app
      .get(Database)
      .query<Audited & Record<string, unknown>>(
        `SELECT action, actor_id, subject_id, details FROM audit_event WHERE details ->> 'taskId' = $1 ORDER BY sequence`,
        [id],
      );

  it('are let through by a DEVELOPER, who is named in the audit trail', async () => {
    const id = await waitingOf(user);
    expect((await approve(id, user)).body).toMatchObject({ status: 403, code: 'TASK.APPROVAL_FORBIDDEN' });
    expect((await approve(id, developer)).status).toBe(200);
    await tasks.until(id, 'succeeded');
    expect(await audited(id)).toEqual([
      {
        action: 'task.approved',
        actor_id: developer?.id,
        subject_id: user?.id,
        details: { taskId: id, agent: costly },
      },
    ]);
  });

  it('are let through with a reason, if there is one, which is kept', async () => {
    const id = await waitingOf(user);
    const by = credentialsOf(developer);
    for (const reason of ['', ' ', 'x'.repeat(1001), 1])
      expect((await app.call('POST', `/tasks/${id}/approve`, { ...by, body: { reason } })).status).toBe(422);
    const body = { reason: 'The customer waits for it' };
    expect((await app.call('POST', `/tasks/${id}/approve`, { ...by, body })).status).toBe(200);
    const [event] = await app
      .get(Database)
      .query<{ data: object }>(`SELECT data FROM agent_task_event WHERE task_id = $1 AND type = 'approved'`, [id]);
    expect(event?.data).toEqual({ by: developer?.id, ...body });
    expect(await audited(id)).toMatchObject([{ action: 'task.approved', details: { taskId: id, ...body } }]);
  });

  it('say what is asked for, what the limit is and what was spent of it', async () => {
    const budgets = async (id: string): Promise<unknown> =>
      (await app.call('GET', `/tasks/${id}/why`, credentialsOf(user))).body['budgets'];
    const nothing = { spent: '0.00', setAside: '0.00' };
    const id = await waitingOf(user, { budget: { maxTokens: 500 } });
    expect(await budgets(id)).toEqual([
      { budget: 'task_cost', unit: 'USD', limit: '0.00', ...nothing, isExceeded: true },
      { budget: 'task_tokens', unit: 'tokens', limit: '500', spent: '0', setAside: '0', isExceeded: false },
    ]);
    // Of a day: what was spent today, and what the tasks that run have set aside.
    const slug = await tasks.agent({ kind: 'worker', budget: { dailyCost: '1.00', maxCost: '0.60' } });
    const key = await newKey(app, user as Person);
    const { body: worker } = await app.call('POST', '/workers', { ...credentialsOf(key), body: { name: 'w' } });
    const lease = () =>
      app.call<{ tasks: { id: string; leaseToken: string }[] } | undefined>('POST', '/leases', {
        ...credentialsOf(key),
        body: { workerId: worker['workerId'], agents: [slug], max: 1 },
      });
    const make = async () => (await tasks.execute(slug, {}, '', user?.token)).body.id;
    await make();
    const [done] = (await lease()).body?.tasks ?? [];
    await app.call('POST', `/tasks/${done?.id}/complete`, {
      ...credentialsOf(key),
      body: { leaseToken: done?.leaseToken, usage: { cost: '0.25' } },
    });
    const [running, waiting] = [await make(), await make()];
    expect((await lease()).body?.tasks.map((task) => task.id)).toEqual([running]);
    await lease();
    await tasks.until(waiting, 'waiting_approval');
    expect(await budgets(waiting)).toEqual([
      { budget: 'task_cost', unit: 'USD', limit: '0.60', ...nothing, isExceeded: false },
      {
        budget: 'daily_cost',
        unit: 'USD',
        limit: '1.00',
        spent: '0.25',
        setAside: '0.60',
        asked: '0.60',
        isExceeded: true,
      },
    ]);
    expect(await budgets(running)).toBeUndefined();
  });

  it('are not let through by their own maker below ADMIN, whose own is marked', async () => {
    const own = await waitingOf(developer);
    expect((await approve(own, developer)).body).toMatchObject({ status: 403, code: 'TASK.APPROVAL_FORBIDDEN' });
    expect((await approve(own, colleague)).status).toBe(200);
    const his = await waitingOf(admin);
    // His key of a lower role is no other person, and no ADMIN.
    const key = await newKey(app, admin as Person, { role: 'DEVELOPER' });
    expect((await approve(his, key)).body).toMatchObject({ status: 403, code: 'TASK.APPROVAL_FORBIDDEN' });
    expect((await approve(his, admin)).status).toBe(200);
    expect(await audited(his)).toMatchObject([{ action: 'task.approved', details: { ownTask: true } }]);
    // What his key asked for is his own too.
    const byKey = await waitingOf(key);
    expect((await approve(byKey, admin)).status).toBe(200);
    expect(await audited(byKey)).toMatchObject([{ details: { ownTask: true } }]);
  });

  it('are not let through by their own maker whatever his role, where four eyes are asked for', async () => {
    const strict = await startTestApp({ AGENTS_APPROVAL: 'four_eyes' }, app);
    tasks.serve(strict);
    try {
      const id = await waitingOf(admin);
      const owner = await newPerson(app, 'SUPER_ADMIN');
      const his = await waitingOf(owner);
      for (const verb of ['approve', 'refuse']) {
        expect((await act(verb, id, admin, strict)).body).toMatchObject({ code: 'TASK.APPROVAL_FORBIDDEN' });
        expect((await act(verb, his, owner, strict)).body).toMatchObject({ code: 'TASK.APPROVAL_FORBIDDEN' });
      }
      expect((await approve(id, developer, strict)).status).toBe(200);
      expect((await act('cancel', his, owner, strict)).status).toBe(200);
    } finally {
      await strict.close();
    }
  });

  it('are refused with a reason, which their maker reads', async () => {
    const id = await waitingOf(user);
    const dependent = await app.call<TaskBody>('POST', `/agents/${costly}/execute`, {
      ...credentialsOf(user),
      body: { dependsOn: [id] },
    });
    for (const body of [{}, { reason: '' }, { reason: ' \n' }, { reason: 'x'.repeat(1001) }, { reason: 1 }]) {
      const answer = await app.call('POST', `/tasks/${id}/refuse`, { ...credentialsOf(developer), body });
      expect({ body, status: answer.status }).toEqual({ body, status: 422 });
    }
    expect((await act('refuse', id, user)).body).toMatchObject({ status: 403, code: 'TASK.APPROVAL_FORBIDDEN' });
    expect((await act('refuse', id, developer)).body).toMatchObject({
      state: 'cancelled',
      error: { code: 'TASK.REFUSED', message: 'Too dear' },
    });
    expect(await tasks.eventTypes(id)).toEqual(['queued', 'approval_required', 'refused', 'cancelled']);
    const why = await app.call('GET', `/tasks/${id}/why`, credentialsOf(user));
    expect(why.body).toMatchObject({ state: 'cancelled', detail: 'Somebody refused it: Too dear' });
    expect(await tasks.read(dependent.body.id)).toMatchObject({ error: { code: 'TASK.DEPENDENCY_FAILED' } });
    expect(await audited(id)).toMatchObject([
      { action: 'task.refused', actor_id: developer?.id, subject_id: user?.id, details: { reason: 'Too dear' } },
    ]);
    expect((await act('refuse', id, developer)).body).toMatchObject({ status: 409, code: 'TASK.INVALID_STATE' });
  });

  it('ask again when they are given another life', async () => {
    const id = await waitingOf(user);
    expect((await approve(id, developer)).status).toBe(200);
    await tasks.until(id, 'succeeded');
    await app.get(Database).execute(`UPDATE agent_task SET state = 'dead' WHERE id = $1`, [id]);
    expect((await act('retry', id, user)).status).toBe(200);
    await tasks.until(id, 'waiting_approval');
  });

  it.each([
    ['approve', 'approve'],
    ['approve', 'refuse'],
    ['refuse', 'refuse'],
    ['approve', 'cancel'],
    ['refuse', 'cancel'],
  ])('are decided once when %s meets %s', async (one, other) => {
    // An agent that starts nothing, so that an approval is not followed by other states.
    const slug = await tasks.agent({ kind: 'worker' });
    const second = await startTestApp({}, app);
    try {
      for (let n = 0; n < 12; n++) {
        const { body } = await app.call<TaskBody>('POST', `/agents/${slug}/execute`, {
          ...credentialsOf(user),
          body: {},
        });
        await app.get(Database).execute(`UPDATE agent_task SET state = 'waiting_approval' WHERE id = $1`, [body.id]);
        const answers = await Promise.all([act(one, body.id, developer), act(other, body.id, colleague, second)]);
        const won = answers.filter(({ status }) => status === 200).length;
        const verbs = (await audited(body.id)).map(({ action }) => action);
        const { state } = await tasks.read(body.id);
        if (other === 'cancel') {
          // What was approved may be cancelled, and what was refused is; the other way round nothing is left to decide about.
          expect(answers[1]?.status).toBe(200);
          expect(state).toBe('cancelled');
          expect(verbs).toHaveLength(one === 'refuse' ? 1 : won);
        } else {
          expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
          expect(verbs).toHaveLength(1);
          const isApproved = verbs[0] === 'task.approved';
          expect(state).toBe(isApproved ? 'queued' : 'cancelled');
          const happened = await tasks.eventTypes(body.id);
          expect(happened.filter((type) => type === 'approved' || type === 'refused')).toHaveLength(1);
        }
      }
    } finally {
      await second.close();
    }
  });
});

/** A person's token, or a key, and nothing else of it. */
function credentialsOf(who: Credentials | undefined): Credentials {
  const { token, apiKey } = who ?? {};
  return { ...(token !== undefined && { token }), ...(apiKey !== undefined && { apiKey }) };
}
