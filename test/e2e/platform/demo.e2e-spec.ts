import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type ServiceProcess, startService } from '../../support/service-process.js';
import { call } from '../../support/test-app.js';

const ROOT = path.resolve(__dirname, '../../..');
const DAY_MS = 86_400_000;
const STATES = ['queued', 'leased', 'running', 'waiting_approval', 'succeeded', 'failed', 'cancelled', 'dead'];

interface Run {
  status: number | null;
  said: string;
  errors: string;
}

/** `npm run demo`, with nothing of this process's environment. */
async function demo(env: Record<string, string>, ...args: string[]): Promise<Run> {
  const child = spawn(process.execPath, ['scripts/demo.mjs', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  let [said, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, said, errors };
}

describe('the demo', () => {
  let service: ServiceProcess;
  let env: Record<string, string>;
  let token: string;
  const now = new Date();
  const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
  const at = (time: number): string[] => ['--at', new Date(time).toISOString()];
  const runs: Run[] = [];

  const read = async <T = Record<string, unknown>>(route: string, as = token): Promise<T> => {
    const { status, body, text } = await call<T>(service.url, 'GET', `/api/v1${route}`, { token: as });
    if (status !== 200) throw new Error(`${route}: ${text}`);
    return body;
  };
  const listed = async (route: string): Promise<Record<string, unknown>[]> =>
    (await read<{ items: Record<string, unknown>[] }>(route)).items;

  /** What must not grow when the demo runs again. */
  const counted = async () => {
    const [from, to] = [dayOf(now.getTime() - 29 * DAY_MS), dayOf(now.getTime())];
    const groups = await Promise.all(
      ['shop', 'payments', 'warehouse'].map((name) => listed(`/errors?service=${name}&limit=100`)),
    );
    return {
      revenue: await read<{ byDay: { day: string; amount: string }[] }>(
        `/finance/reports/revenue?from=${from}&to=${to}`,
      ),
      transactions: (await read<{ transactions: number }>('/finance/verify')).transactions,
      failures: groups.map((items) => items.map(({ title, count, status }) => ({ title, count, status }))),
      // Without those of schedules, which go on.
      tasks: (await listed('/tasks?limit=100')).filter((task) => !/^Demo: /.test(String(task['taskDescription'])))
        .length,
      agents: (await listed('/agents?limit=100')).length,
      schedules: (await listed('/schedules')).length,
      alerts: (await listed('/errors/alerts')).length,
      users: (await listed('/users')).length,
    };
  };

  beforeAll(async () => {
    const limits = { RATE_LIMIT_MAX: '1000', AUTH_RATE_LIMIT_MAX: '50' };
    const bootstrap = { BOOTSTRAP_ADMIN_EMAIL: '', BOOTSTRAP_ADMIN_PASSWORD: '' };
    service = await startService({ env: { ...bootstrap, ...limits } });
    env = { DEMO_URL: service.url, DATA_DIR: path.join(service.dir, '.data') };
    // Yesterday, and today.
    runs.push(await demo(env, ...at(now.getTime() - DAY_MS)));
    runs.push(await demo(env, ...at(now.getTime())));
    const password = /demo-administrator +ADMIN +(\S+)/.exec(runs[0]?.said ?? '')?.[1] ?? '';
    const body = { identifier: 'demo-administrator', password };
    const answer = await call<{ accessToken: string }>(service.url, 'POST', '/api/v1/auth/login', { body });
    token = answer.body?.accessToken;
  }, 120_000);
  afterAll(() => service.dispose());

  it('runs to its end', () => {
    expect(runs.map(({ status, errors }) => ({ status, errors }))).toEqual([
      { status: 0, errors: '' },
      { status: 0, errors: '' },
    ]);
  });

  it('makes a user of each role, whose passwords it shows once', async () => {
    const users = await listed('/users?text=@demo.example');
    expect(users.map(({ role }) => role).toSorted()).toEqual([
      'ADMIN',
      'API_USER',
      'DEVELOPER',
      'READ_ONLY',
      'SUPER_ADMIN',
    ]);
    expect(token).toEqual(expect.any(String));
    expect(runs[1]?.said).not.toContain('password');
  });

  it('has a task in every state, of agents of its own and of the catalogue', async () => {
    const found = await Promise.all(STATES.map((state) => listed(`/tasks?state=${state}&limit=100`)));
    expect(found.map((tasks, index) => [STATES[index], tasks.length > 0])).toEqual(
      STATES.map((state) => [state, true]),
    );
    const succeeded = new Set(found[STATES.indexOf('succeeded')]?.map(({ agent }) => agent));
    expect([...succeeded].toSorted()).toEqual(['demo-copywriter', 'demo-returns', 'performance', 'scanner']);
    const waiting = found[STATES.indexOf('waiting_approval')]?.[0];
    expect(await read(`/tasks/${String(waiting?.['id'])}/why`)).toMatchObject({ reason: 'budget' });
  });

  it('has 30 days of sales in several currencies and channels, which add up', async () => {
    const { revenue } = await counted();
    const days = new Set(revenue.byDay.filter(({ amount }) => Number(amount) > 0).map(({ day }) => day));
    // The last day may only have begun.
    expect(days.size).toBeGreaterThanOrEqual(29);
    const { byChannel } = revenue as unknown as { byChannel: { channel: string; currency: string }[] };
    expect(new Set(byChannel.map(({ currency }) => currency))).toEqual(new Set(['USD', 'EUR', 'JPY']));
    expect(new Set(byChannel.map(({ channel }) => channel)).size).toBe(5);
    for (const type of ['refund', 'purchase', 'expense']) {
      expect(await listed(`/finance/transactions?type=${type}`)).not.toEqual([]);
    }
    expect(await listed('/finance/transactions?state=pending')).not.toEqual([]);
    const [from, to] = [dayOf(now.getTime() - 30 * DAY_MS), dayOf(now.getTime())];
    const { totals } = await read<{ totals: { debits: string; credits: string }[] }>(
      `/finance/reports/trial-balance?from=${from}&to=${to}`,
    );
    expect(totals.map(({ debits }) => debits)).toEqual(totals.map(({ credits }) => credits));
    expect(await read('/finance/verify')).toMatchObject({ valid: true, problemCount: 0 });
  });

  it('has failures of three services: open, ignored, resolved, and one that came back and was told of', async () => {
    const { failures } = await counted();
    expect(failures.map((groups) => groups.length >= 2)).toEqual([true, true, true]);
    const statuses = failures.flat().map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(['open', 'ignored', 'resolved', 'regressed']));
    const [alert] = await listed('/errors/alerts');
    expect(await listed(`/errors/alerts/${String(alert?.['id'])}/deliveries`)).toHaveLength(1);
  });

  it('adds nothing when it runs again', async () => {
    const before = await counted();
    const again = await demo(env, ...at(now.getTime()));
    expect(again.status).toBe(0);
    expect(await counted()).toEqual(before);
  }, 60_000);

  it('ends with addresses that work', async () => {
    const { said } = runs[1] as Run;
    const numbered = [...said.matchAll(/^ {2}\d\. .*\n {5}(.*)$/gm)].map(([, line = '']) => line);
    expect(numbered).toHaveLength(5);
    const page = await fetch(numbered[0] ?? '');
    expect(await page.text()).toContain('swagger-ui');
    const { said: shown } = await demo(env, 'token');
    const lines = said.match(/^ +curl .*$/gm) ?? [];
    expect(lines.length).toBeGreaterThanOrEqual(7);
    for (const line of lines) {
      const [, url, route = ''] =
        /^ +curl -s -H "Authorization: Bearer \$TOKEN" '(.+)\/api\/v1(\/\S+)'$/.exec(line) ?? [];
      expect(url).toBe(service.url);
      await read(route, shown.trim());
    }
    const trace = await listed(`/trace/demo-order-${dayOf(now.getTime())}`);
    const kinds = new Set(trace.map(({ kind }) => kind));
    expect([...kinds]).toEqual(expect.arrayContaining(['transaction', 'occurrence', 'task', 'task_event']));
  });

  it('is run by one user only, whose keys keep it from doubling', async () => {
    const password = /demo-owner +SUPER_ADMIN +(\S+)/.exec(runs[0]?.said ?? '')?.[1] ?? '';
    const { status, errors } = await demo({ ...env, DEMO_IDENTIFIER: 'demo-owner', DEMO_PASSWORD: password });
    expect({ status, errors }).toEqual({ status: 78, errors: expect.stringMatching(/has filled these books before/) });
  });

  /** Runs it against something that answers as it is told to. @returns what it was asked for */
  const onStub = async (
    answer: (path: string, times: number) => { status?: number; retryAfter?: string; body: object },
    ...args: string[]
  ): Promise<Run & { asked: string[] }> => {
    const asked: string[] = [];
    const other = createServer((request, response) => {
      asked.push(request.url ?? '');
      const { status = 200, retryAfter, body } = answer(request.url ?? '', asked.length);
      const headers = { 'content-type': 'application/json', ...(retryAfter && { 'retry-after': retryAfter }) };
      response.writeHead(status, headers).end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const { port } = other.address() as AddressInfo;
      return { ...(await demo({ ...env, DEMO_URL: `http://127.0.0.1:${port}` }, ...args)), asked };
    } finally {
      other.close();
    }
  };

  it.each([
    ['a service in production', { environment: 'production' }, /runs in production/],
    ['what is no service of ours', {}, /is no DevSkyy service/],
  ])('asks nothing of %s but how it runs', async (_, health, reason) => {
    const { status, said, errors, asked } = await onStub(() => ({ body: health }));
    expect({ status, said, errors }).toEqual({ status: 78, said: '', errors: expect.stringMatching(reason) });
    expect(asked).toEqual(['/health']);
  });

  it('waits where the service asks it to', async () => {
    const start = performance.now();
    const user = { id: 'x', role: 'ADMIN' };
    const run = await onStub((path, times) => {
      if (path === '/health') return { body: { environment: 'testing' } };
      return times === 2 ? { status: 429, retryAfter: '1', body: {} } : { body: { accessToken: 'a token', user } };
    }, 'token');
    expect(run.asked).toEqual(['/health', '/api/v1/auth/login', '/api/v1/auth/login']);
    expect(run).toMatchObject({ status: 0, said: 'a token\n', errors: '  the service asks to wait 1 s (429)\n' });
    expect(performance.now() - start).toBeGreaterThan(1_000);
  });

  it('says in a sentence what is missing', async () => {
    const wrong = await demo({ ...env, DEMO_IDENTIFIER: 'nobody', DEMO_PASSWORD: 'x' });
    expect(wrong).toMatchObject({ status: 78, errors: expect.stringMatching(/password of nobody .* is wrong/) });
    const empty = await demo({ ...env, DATA_DIR: path.join(service.dir, 'nothing') });
    expect(empty).toMatchObject({ status: 78, errors: expect.stringMatching(/set DEMO_IDENTIFIER and DEMO_PASSWORD/) });
  });
});
