import { newPerson } from '../../support/people.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface AgentBody {
  slug: string;
  description: string;
  kind: string;
  status: string;
  config: Record<string, unknown>;
  capabilities: string[];
  concurrency: number;
  minimumRole: string;
  priority: number;
  budget: Record<string, unknown>;
  rateLimit: unknown;
}

interface PageBody {
  items: AgentBody[];
  nextCursor: string | null;
}

describe('agent registry', () => {
  let app: TestApp;
  let admin: string;
  let reader: string;

  beforeAll(async () => {
    app = await startTestApp();
    [admin, reader] = [await app.tokenFor('ADMIN'), await app.tokenFor('READ_ONLY')];
  });
  afterAll(() => app.close());

  const create = (body: Record<string, unknown>) =>
    app.call<AgentBody>('POST', '/api/v1/agents', {
      token: admin,
      body: { name: 'An agent', category: 'tests', kind: 'worker', ...body },
    });

  it('starts with the 23 agents of the catalogue', async () => {
    const { body } = await app.call<PageBody>('GET', '/api/v1/agents?limit=100', { token: reader });
    expect(body.items).toHaveLength(23);
    // Each says what it does and what it needs.
    expect(new Set(body.items.map(({ description }) => description)).size).toBe(23);
    for (const { description } of body.items) expect(description).toMatch(/^[A-Z].{20,}\. (?:Needs|Runs) .+\.$/);
    expect(body.items.find(({ slug }) => slug === 'security')).toMatchObject({ priority: 1, minimumRole: 'DEVELOPER' });
    const runnable = body.items.filter(({ kind }) => kind !== 'worker').map(({ slug }) => slug);
    expect(runnable).toEqual(['claude-sonnet', 'openai', 'performance', 'scanner']);
  });

  it('keeps what an operator changed when a second replica starts, and adds nothing twice', async () => {
    await app.call('PATCH', '/api/v1/agents/openai', { token: admin, body: { concurrency: 9 } });
    await app.call('DELETE', '/api/v1/agents/blockchain-nft', { token: admin });
    const second = await startTestApp({}, app);
    const { body } = await second.call<PageBody>('GET', '/api/v1/agents?limit=100', { token: reader });
    await second.close();
    expect(body.items).toHaveLength(22);
    expect(body.items.find(({ slug }) => slug === 'openai')?.concurrency).toBe(9);
  });

  it('finds agents by a part of their slug, name or description, whatever its case', async () => {
    await create({ slug: 'text-one', name: 'Reads Parchment' });
    await create({ slug: 'text-two', name: 'Other', description: 'Knows of PARCHMENT of 100 %' });
    const found = async (query: string): Promise<string[]> =>
      (await app.call<PageBody>('GET', `/api/v1/agents?${query}`, { token: reader })).body.items.map(
        ({ slug }) => slug,
      );
    expect(await found('text=parchment')).toEqual(['text-one', 'text-two']);
    expect(await found('text=TEXT-&limit=1')).toEqual(['text-one']);
    expect(await found('text=reads%20par')).toEqual(['text-one']);
    expect(await found('text=100%20%25')).toEqual(['text-two']);
    expect(await found('text=parchment&kind=http')).toEqual([]);
    const { status } = await app.call('GET', '/api/v1/agents?text=', { token: reader });
    expect(status).toBe(422);
  });

  it('says since when an agent is paused, and who did it', async () => {
    await create({ slug: 'resting' });
    const act = (word: string, token: string) =>
      app.call<Record<string, string>>('POST', `/api/v1/agents/resting/${word}`, { token });
    const [one, two] = [await newPerson(app, 'ADMIN'), await newPerson(app, 'ADMIN')];
    const first = (await act('pause', one.token)).body;
    expect(first).toMatchObject({ status: 'paused', pausedBy: one.id, pausedAt: expect.any(String) });
    expect((await act('pause', two.token)).body).toMatchObject({ pausedBy: one.id, pausedAt: first['pausedAt'] });
    const resumed = (await act('resume', two.token)).body;
    for (const field of ['pausedBy', 'pausedAt']) expect(resumed).not.toHaveProperty(field);
    expect((await act('pause', two.token)).body).toMatchObject({ pausedBy: two.id });
    const { body } = await app.call('GET', '/api/v1/agents/resting', { token: reader });
    expect(body).toMatchObject({ pausedBy: two.id });
    await app.call('DELETE', '/api/v1/agents/resting', { token: admin });
  });

  it('finds agents by capability, category, kind and status, a page at a time', async () => {
    const find = async (query: string): Promise<string[]> =>
      (await app.call<PageBody>('GET', `/agents?${query}`, { token: reader })).body.items.map(({ slug }) => slug);
    expect(await find('capability=fix,repair')).toEqual(['fixer', 'fixer-v2']);
    expect(await find('category=wordpress&kind=worker')).toEqual(['wordpress', 'wordpress-theme-builder']);
    expect(await find('status=paused')).toEqual([]);
    const first = await app.call<PageBody>('GET', '/agents?category=marketing&limit=3', { token: reader });
    const rest = await find(`category=marketing&limit=3&cursor=${first.body.nextCursor}`);
    expect([...first.body.items.map(({ slug }) => slug), ...rest]).toEqual([
      'brand-intelligence',
      'email-sms',
      'marketing-content',
      'seo-marketing',
      'social-media',
    ]);
  });

  it('registers an http agent and shows its secret once', async () => {
    const created = await create({
      slug: 'remote',
      kind: 'http',
      config: { url: 'https://agents.example.com/x' },
      rateLimit: { limit: 3, windowSeconds: 60 },
      budget: { maxCost: '0.5', dailyCost: '25' },
    });
    expect(created.status).toBe(201);
    expect(String(created.body.config['secret'])).toHaveLength(43);
    expect(created.body.budget).toEqual({ maxCost: '0.50', dailyCost: '25.00' });
    const read = await app.call<AgentBody>('GET', '/agents/remote', { token: reader });
    expect(read.body.config).toEqual({ url: 'https://agents.example.com/x' });
    const rotated = await app.call<AgentBody>('PATCH', '/agents/remote', {
      token: admin,
      body: { config: { url: 'https://agents.example.com/y', secret: 'a-secret-of-the-operator' }, rateLimit: null },
    });
    expect(rotated.body).toMatchObject({ config: { secret: 'a-secret-of-the-operator' }, rateLimit: null });
  });

  it('frees the slug of a removed agent and refuses a taken one', async () => {
    expect((await create({ slug: 'short-lived' })).status).toBe(201);
    expect((await create({ slug: 'short-lived' })).body).toMatchObject({ code: 'AGENT.SLUG_TAKEN' });
    expect((await app.call('DELETE', '/agents/short-lived', { token: admin })).status).toBe(204);
    expect((await app.call('GET', '/agents/short-lived', { token: admin })).status).toBe(404);
    expect((await create({ slug: 'short-lived' })).status).toBe(201);
  });

  it('refuses to remove an agent that has work', async () => {
    await create({ slug: 'busy' });
    await app.call('POST', '/agents/busy/execute', { token: admin, body: {} });
    expect((await app.call('DELETE', '/agents/busy', { token: admin })).body).toMatchObject({
      status: 409,
      code: 'AGENT.HAS_OPEN_TASKS',
    });
  });

  it('pauses and resumes', async () => {
    const paused = await app.call<AgentBody>('POST', '/agents/scanner/pause', { token: admin });
    expect(paused.body.status).toBe('paused');
    const task = await app.call('POST', '/agents/scanner/execute?wait=1', { token: admin, body: {} });
    expect(task).toMatchObject({ status: 202, body: { state: 'queued' } });
    await app.call('POST', '/agents/scanner/resume', { token: admin });
    const done = await app.call('POST', '/agents/scanner/execute?wait=10', { token: admin, body: {} });
    expect(done).toMatchObject({ status: 200, body: { state: 'succeeded' } });
  });

  it('says how agents are doing', async () => {
    const one = await app.call('GET', '/agents/scanner/health', { token: reader });
    expect(one.body).toMatchObject({
      agent: 'scanner',
      status: 'healthy',
      successRate: 1,
      errorCount: 0,
      circuitBreaker: { state: 'closed', failureCount: 0 },
    });
    const all = await app.call('GET', '/agents/health', { token: reader });
    expect(all.body).toMatchObject({ unhealthyAgents: 0 });
  });

  it.each([
    ['an address inside', { kind: 'http', config: { url: 'http://169.254.169.254/latest' } }],
    ['an address inside by another spelling', { kind: 'http', config: { url: 'http://0x7f000001/' } }],
    ['a loopback name', { kind: 'http', config: { url: 'http://localhost:8000/' } }],
    ['a mapped address', { kind: 'http', config: { url: 'http://[::ffff:10.0.0.1]/' } }],
    ['credentials in the address', { kind: 'http', config: { url: 'https://a:b@example.com/' } }],
    ['another scheme', { kind: 'http', config: { url: 'file:///etc/passwd' } }],
    ['no address', { kind: 'http', config: {} }],
    ['an unknown handler', { kind: 'internal', config: { handler: 'rm' } }],
    ['a setting of another kind', { kind: 'worker', config: { url: 'https://example.com' } }],
    ['a list for a configuration', { config: [] }],
    ['an unknown field', { colour: 'red' }],
    ['a huge number', { concurrency: 1e30 }],
    ['a fraction', { priority: 1.5 }],
    ['a text for a number', { priority: '1' }],
    ['an array for a text', { name: ['x'] }],
    ['too many capabilities', { capabilities: Array.from({ length: 51 }, (_, i) => `c${i}`) }],
    ['a number among capabilities', { capabilities: [1] }],
    ['a list for a retry policy', { retryPolicy: [] }],
    ['a half retry policy', { retryPolicy: { maxAttempts: 3 } }],
    ['an unsafe version', { version: '1.0.0 --' }],
    ['too precise a budget', { budget: { maxCost: '1.0000001' } }],
    ['READ_ONLY as executor', { minimumRole: 'READ_ONLY' }],
  ])('refuses %s', async (_name, body) => {
    const { status } = await create({ slug: 'hostile', ...body });
    expect(status).toBe(422);
  });

  it.each([
    ['POST', '/agents'],
    ['PATCH', '/agents/scanner'],
    ['DELETE', '/agents/scanner'],
    ['POST', '/agents/scanner/pause'],
  ])('leaves %s %s to administrators', async (method, route) => {
    const token = await app.tokenFor('DEVELOPER');
    expect((await app.call(method, route, { token, ...(method !== 'DELETE' && { body: {} }) })).status).toBe(403);
    expect((await app.call(method, route, {})).status).toBe(401);
  });
});
