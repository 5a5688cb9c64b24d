import { Database } from '#platform/database';
import { buildOpenApi } from '../../../apps/api/src/openapi/openapi.js';
import { newKey, newPerson, type Person } from '../../support/people.js';
import { type Answer, type CallOptions, startTestApp, type TestApp } from '../../support/test-app.js';

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

/** A door that makes something: a right body, one that differs in a field, and what tells how much there is of it. */
interface Door {
  readonly route: string;
  readonly status?: number;
  readonly body: (name: string) => Record<string, unknown>;
  readonly differing: Readonly<Record<string, unknown>>;
  readonly table: string;
}

const DOORS: Record<string, Door> = {
  createUser: {
    route: '/users',
    body: (name) => ({
      email: `${name}@example.com`,
      username: name,
      role: 'API_USER',
      password: 'six slow boats drifting',
    }),
    differing: { role: 'READ_ONLY' },
    table: 'user_account',
  },
  register: {
    route: '/auth/register',
    body: (name) => ({ email: `${name}@example.com`, username: name, password: 'six slow boats drifting' }),
    differing: { fullName: 'Somebody Else' },
    table: 'user_account',
  },
  createApiKey: {
    route: '/auth/api-keys',
    body: (name) => ({ name }),
    differing: { role: 'READ_ONLY' },
    table: 'api_key',
  },
  createAgent: {
    route: '/agents',
    body: (slug) => ({ slug, name: slug, category: 'tests', kind: 'http', config: { url: 'https://example.com/' } }),
    differing: { priority: 1 },
    table: 'agent',
  },
  createSchedule: {
    route: '/schedules',
    body: () => ({ agent: 'scanner', cron: '0 6 * * MON-FRI' }),
    differing: { cron: '0 7 * * MON-FRI' },
    table: 'agent_schedule',
  },
  registerWorker: { route: '/workers', body: (name) => ({ name }), differing: { slots: 2 }, table: 'agent_worker' },
  createAccount: {
    route: '/finance/accounts',
    body: (name) => ({ code: `assets:${name}`, name, type: 'asset', currency: 'USD' }),
    differing: { name: 'Another' },
    table: 'finance_account',
  },
  createErrorAlert: {
    route: '/errors/alerts',
    body: (name) => ({ name, event: 'new', url: 'https://example.com/' }),
    differing: { severity: 'high' },
    table: 'error_alert',
  },
  createErrorProject: {
    route: '/errors/projects',
    body: (name) => ({ name }),
    differing: { retentionDays: 3 },
    table: 'error_project',
  },
  reportErrors: {
    route: '/errors',
    status: 202,
    body: (name) => ({ errorType: 'Error', message: name, service: 'shop' }),
    differing: { message: 'another' },
    table: 'error_occurrence',
  },
};

/** These have stores of their own, or no body to differ in. */
const ELSEWHERE = [
  'createErrorProjectKey',
  'enrolTotp',
  'recordTransaction',
  'postTransaction',
  'reverseTransaction',
  'captureTransaction',
  'voidTransaction',
];

describe('an Idempotency-Key', () => {
  let app: TestApp;
  let root: Person;
  beforeAll(async () => {
    app = await startTestApp();
    root = await newPerson(app, 'SUPER_ADMIN');
  });
  afterAll(() => app.close());

  const ask = (door: Door, key: string, body: object, as: CallOptions = root): Promise<Answer> =>
    app.call('POST', door.route, { ...credentialsOf(as), headers: { 'idempotency-key': key }, body });
  const credentialsOf = ({ token, apiKey }: CallOptions): CallOptions => ({
    ...(token && { token }),
    ...(apiKey && { apiKey }),
  });
  const count = async ({ table }: Door): Promise<number> =>
    Number((await app.get(Database).query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n);

  it('is taken by every route that makes something', () => {
    const makers = Object.values(buildOpenApi(app.app).paths)
      .map((item) => (item as { post?: Operation }).post)
      .filter((operation) => operation?.responses['201'] !== undefined) as Operation[];
    const without = makers.filter(({ parameters = [] }) => !parameters.some(({ name }) => name === 'Idempotency-Key'));
    expect(without.map(({ operationId }) => operationId)).toEqual([]);
    const tried = [...Object.keys(DOORS).filter((name) => DOORS[name]?.status === undefined), ...ELSEWHERE];
    expect(makers.map(({ operationId }) => operationId).sort()).toEqual(tried.sort());
  });

  it.each(Object.entries(DOORS))('has the deed done once: %s', async (name, door) => {
    const body = door.body(`once-${name.toLowerCase()}`);
    const first = await ask(door, `once-${name}`, body);
    expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([door.status ?? 201, null]);
    const before = door.table === 'error_occurrence' ? 0 : await count(door);
    const again = await ask(door, `once-${name}`, body);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([door.status ?? 201, 'true']);
    expect(again.body).toEqual(first.body);
    if (door.table !== 'error_occurrence') expect(await count(door)).toBe(before);
  });

  it.each(Object.entries(DOORS))('names the field in which another request differs: %s', async (name, door) => {
    const body = door.body(`differs-${name.toLowerCase()}`);
    await ask(door, `differs-${name}`, body);
    const other = await ask(door, `differs-${name}`, { ...body, ...door.differing });
    expect([other.status, other.body]).toEqual([
      422,
      expect.objectContaining({
        code: 'IDEMPOTENCY.KEY_REUSED',
        errors: [expect.objectContaining({ path: Object.keys(door.differing)[0] })],
      }),
    ]);
  });

  it('tells nobody whether a password is that of a registration', async () => {
    const door = DOORS['register'] as Door;
    const body = door.body('guessed');
    const first = await ask(door, 'guessed', body);
    const again = await ask(door, 'guessed', { ...body, password: 'twelve other owls listening' });
    expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([201, first.text, 'true']);
  });

  it.each(Object.entries(DOORS))('is one key however many use it at the same time: %s', async (name, door) => {
    const body = door.body(`raced-${name.toLowerCase()}`);
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(door, `raced-${name}`, body)));
    const made = answers.filter(({ status }) => status === (door.status ?? 201));
    expect(made.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect(new Set(made.map(({ text }) => text)).size).toBe(1);
    for (const { body: refusal, headers } of answers.filter((answer) => !made.includes(answer)))
      expect([refusal['code'], headers.get('retry-after')]).toEqual(['IDEMPOTENCY.IN_FLIGHT', '1']);
  });

  it('repeats a rejection, also when its reason is gone', async () => {
    const door = DOORS['createAgent'] as Door;
    await ask(door, 'takes', door.body('taken'));
    const first = await ask(door, 'too-late', door.body('taken'));
    expect(first.status).toBe(409);
    await app.call('DELETE', '/agents/taken', root);
    const again = await ask(door, 'too-late', door.body('taken'));
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([409, 'true']);
    expect(again.body['code']).toBe(first.body['code']);
  });

  it('has null say nothing', async () => {
    const door = DOORS['createUser'] as Door;
    const { password, ...body } = door.body('nulled');
    expect(password).toBeDefined();
    const first = await ask(door, 'nulled', { ...body, password: null });
    const again = await ask(door, 'nulled', body);
    expect([first.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
  });

  it('is the key of one caller', async () => {
    const door = DOORS['createErrorProject'] as Door;
    const other = await newPerson(app, 'SUPER_ADMIN');
    const [mine, his] = [
      await ask(door, 'shared', { name: 'mine' }),
      await ask(door, 'shared', { name: 'his' }, other),
    ];
    expect([mine.status, his.status, his.headers.get('idempotent-replayed')]).toEqual([201, 201, null]);
  });

  it('shows no credential to another credential of the same user', async () => {
    const door = DOORS['createApiKey'] as Door;
    const made = await ask(door, 'secret', { name: 'strong' });
    const { apiKey } = await newKey(app, root, { role: 'API_USER' });
    const asked = await ask(door, 'secret', { name: 'strong' }, { apiKey });
    expect(asked.headers.get('idempotent-replayed')).toBeNull();
    expect([asked.body['role'], asked.body['key'] === made.body['key']]).toEqual(['API_USER', false]);
  });

  it('has a key that was rotated once, and its secret', async () => {
    const { id } = await newKey(app, root);
    const rotate = (): Promise<Answer> =>
      app.call('POST', `/auth/api-keys/${id}/rotate`, {
        ...credentialsOf(root),
        headers: { 'idempotency-key': 'rotates' },
      });
    const first = await rotate();
    const again = await rotate();
    expect([again.headers.get('idempotent-replayed'), again.body]).toEqual(['true', first.body]);
    expect((await app.call('GET', '/auth/me', { apiKey: String(first.body['key']) })).status).toBe(200);
  });

  it('leaves no secret and no digest of one in the clear', async () => {
    const kept = JSON.stringify(await app.get(Database).query('SELECT * FROM idempotent_request'));
    const { body } = await ask(DOORS['createApiKey'] as Door, 'secret', { name: 'strong' });
    expect(kept).not.toContain(String(body['key']));
    const columns = await app
      .get(Database)
      .query(`SELECT column_name FROM information_schema.columns WHERE table_name = 'idempotent_request' ORDER BY 1`);
    expect(columns.map(({ column_name: name }) => name)).toEqual(['created_at', 'encrypted_answer', 'key', 'owner']);
  });

  it('makes nothing of a dry run', async () => {
    const door = DOORS['createAccount'] as Door;
    const dry = { ...door, route: `${door.route}?dryRun=true` };
    expect((await ask(dry, 'dry', door.body('dry'))).status).toBe(200);
    expect((await ask(door, 'dry', door.body('dry'))).status).toBe(201);
  });
});
