import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Database } from '#platform/database';
import { PublicAddress } from '#platform/http';
import { ROLES, type Role } from '#platform/kernel';
import { MCP_TOOLS } from '../../../apps/api/src/mcp/mcp-tools.js';
import { AgentTasks } from '../../support/agent-tasks.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface Result {
  isError: boolean;
  answer: Record<string, unknown>;
}

/** With the official client, over HTTP. */
describe('the door for language models', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  const clients: Client[] = [];

  beforeAll(async () => {
    app = await startTestApp();
    tasks = await AgentTasks.on(app);
    tasks.handle = ({ parameters }) => Promise.resolve({ ...parameters, padding: 'x'.repeat(50) });
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    await app.close();
  });

  const connect = async (headers: Record<string, string>): Promise<Client> => {
    const client = new Client({ name: 'test', version: '1.0.0' });
    const transport = new StreamableHTTPClientTransport(new URL(`${app.url}/mcp`), { requestInit: { headers } });
    await client.connect(transport);
    clients.push(client);
    return client;
  };
  const connectAs = async (role: Role): Promise<Client> =>
    connect({ authorization: `Bearer ${await app.tokenFor(role)}` });
  const use = async (client: Client, name: string, args: Record<string, unknown>): Promise<Result> => {
    const { content, isError } = await client.callTool({ name, arguments: args });
    const [{ text } = { text: '' }] = content as { text: string }[];
    return { isError: isError === true, answer: JSON.parse(text) as Record<string, unknown> };
  };

  it('shows each role the tools it may use, and runs no other', async () => {
    for (const role of ROLES) {
      const client = await connectAs(role);
      const shown = (await client.listTools()).tools.map(({ name }) => name);
      const above = (tool: { role: Role }): boolean => ROLES.indexOf(tool.role) > ROLES.indexOf(role);
      expect(shown).toEqual(MCP_TOOLS.filter((tool) => !above(tool)).map(({ name }) => name));
      for (const tool of MCP_TOOLS.filter(above)) {
        const args = {
          agent: 'scanner',
          operations: [{ agent: 'scanner' }],
          id: '0',
          amount: '1',
          idempotencyKey: 'k',
        };
        const { isError, answer } = await use(client, tool.name, args);
        expect({ tool: tool.name, isError, code: answer['code'] }).toEqual({
          tool: tool.name,
          isError: true,
          code: 'AUTH.ROLE_REQUIRED',
        });
      }
    }
    const rows = await app.get(Database).query('SELECT FROM agent_task');
    expect(rows).toHaveLength(0);
  });

  it('finds agents, runs one, and reads its task', async () => {
    const client = await connectAs('API_USER');
    const slug = await tasks.agent({ capabilities: ['echo'] });
    const found = await use(client, 'find_agents', { capability: ['echo'] });
    expect(found.answer).toEqual({
      agents: [{ slug, description: '', capabilities: ['echo'], status: 'initializing' }],
    });
    const { answer } = await use(client, 'run_agent', { agent: slug, parameters: { n: 1 }, idempotencyKey: 'once' });
    expect(answer).toMatchObject({ state: 'succeeded', output: { n: 1 } });
    const again = await use(client, 'run_agent', { agent: slug, parameters: { n: 1 }, idempotencyKey: 'once' });
    expect(again.answer['id']).toBe(answer['id']);
    const task = await use(client, 'get_task', { id: answer['id'] });
    expect(task.answer).toMatchObject({ agent: slug, state: 'succeeded', attempt: 1 });
  });

  it('runs a batch and gives back what was selected', async () => {
    const client = await connectAs('API_USER');
    const slug = await tasks.agent({ concurrency: 20 });
    const operations = Array.from({ length: 20 }, (_, n) => ({ agent: slug, parameters: { n }, select: ['/n'] }));
    const { answer } = await use(client, 'run_batch', { operations });
    expect(answer).toEqual({ columns: ['/n'], rows: operations.map((_, n) => [n]) });
    const mixed = await use(client, 'run_batch', { operations: [{ agent: slug }, { agent: 'fixer' }] });
    expect(mixed.answer).toMatchObject({
      status: 'partial',
      results: [{ output: {} }, { state: 'refused', error: { code: 'AGENT.ROLE_REQUIRED' } }],
    });
    const batch = await use(client, 'get_batch', { id: mixed.answer['batchId'] });
    expect(batch.answer['results']).toEqual(mixed.answer['results']);
  });

  it('takes once what all operations of a batch share, and tells rows of what was selected', async () => {
    const client = await connectAs('API_USER');
    const slug = await tasks.agent({ concurrency: 20 });
    const common = { agent: slug, parameters: { kind: 'x' }, select: ['/n', '/kind', '/none', ''] };
    const table = await use(client, 'run_batch', { common, columns: ['n'], rows: [[1], 2] });
    const whole = (n: number, kind: string): unknown[] => [n, kind, { kind, n, padding: expect.any(String) as string }];
    expect(table.answer).toEqual({ columns: ['/n', '/kind', ''], rows: [whole(1, 'x'), whole(2, 'x')] });
    const operations = [{ parameters: { n: 1 } }, { agent: 'fixer' }, { parameters: { n: 2, kind: 'y' } }];
    const list = await use(client, 'run_batch', { common: { ...common, select: ['/n', '/kind'] }, operations });
    expect(list.answer).toEqual({
      batchId: list.answer['batchId'],
      status: 'partial',
      columns: ['/n', '/kind'],
      rows: [[1, 'x'], null, [2, 'y']],
      others: [
        { index: 1, state: 'refused', error: expect.objectContaining({ code: 'AGENT.ROLE_REQUIRED' }) as object },
      ],
    });
    const later = await use(client, 'get_batch', { id: list.answer['batchId'] });
    expect(later.answer['rows']).toEqual(list.answer['rows']);
    for (const odd of [
      {},
      { operations, columns: ['n'], rows: [[1]] },
      { common: 'x', operations },
      { common: { parameters: { text: 'x'.repeat(100_000) } }, operations: Array(1_000).fill({}) },
      { common, rows: [[1]] },
      { common, columns: ['n', 'm'], rows: [[1]] },
      { common, columns: ['n', 'm'], rows: [1] },
      { common, columns: ['n'], rows: Array(1_001).fill([1]) },
    ]) {
      expect(await use(client, 'run_batch', odd)).toMatchObject({
        isError: true,
        answer: { code: 'MCP.INVALID_ARGUMENTS' },
      });
    }
    const forbidden = await use(client, 'run_batch', { common, columns: ['__proto__'], rows: [[{ a: 1 }]] });
    expect(forbidden).toMatchObject({ isError: true, answer: { code: 'VALIDATION.FORBIDDEN_KEY' } });
  });

  it('costs a model a tenth of the tokens when fifty tasks with parameters are one batch', async () => {
    const client = await connectAs('API_USER');
    const slug = await tasks.agent({ concurrency: 50 });
    // At four characters each, as no tokenizer of a provider is at hand.
    const tokens = (value: unknown): number => JSON.stringify(value).length / 4;
    const taskDescription = 'Say how long the stock lasts, and whether to order.';
    const shared = { warehouse: 'Hamburg', days: 30, currency: 'EUR', includeForecast: true };
    tasks.handle = ({ parameters }) =>
      Promise.resolve({
        ...parameters,
        stock: { onHand: 120, reserved: 14, incoming: 40 },
        pace: { perDay: 3.4, deviation: 1.2, trend: 'rising' },
        daysLeft: 31,
        reorder: false,
        explanation:
          'At the pace of the last thirty days the stock lasts a month; the delivery under way covers two more weeks.',
      });
    const skus = Array.from({ length: 50 }, (_, n) => `SKU-${1000 + n}`);
    const cost = { arguments: 0, results: 0 };
    const batch = { arguments: 0, results: 0 };
    const measure = async (to: typeof cost, name: string, args: Record<string, unknown>): Promise<unknown> => {
      const result = await client.callTool({ name, arguments: args });
      to.arguments += tokens({ name, arguments: args });
      to.results += tokens(result.content);
      return JSON.parse((result.content as { text: string }[])[0]?.text ?? '');
    };
    for (const sku of skus)
      await measure(cost, 'run_agent', { agent: slug, taskDescription, parameters: { ...shared, sku } });
    const answer = await measure(batch, 'run_batch', {
      common: { agent: slug, taskDescription, parameters: shared, select: ['/daysLeft', '/reorder'] },
      columns: ['sku'],
      rows: skus,
    });
    expect(answer).toEqual({ columns: ['/daysLeft', '/reorder'], rows: skus.map(() => [31, false]) });
    expect(batch.arguments).toBeLessThan(cost.arguments / 10);
    expect(batch.results).toBeLessThan(cost.results / 10);
    // What each conversation pays once, whichever tool it then uses.
    expect(tokens((await client.listTools()).tools)).toBeLessThan(1_000);
  });

  it('records transactions and errors, and reads the dashboard', async () => {
    const client = await connectAs('ADMIN');
    const sale = { amount: '19.99', orderId: 'A-1', idempotencyKey: 'sale-1' };
    const first = await use(client, 'record_transaction', sale);
    expect(first).toMatchObject({ isError: false, answer: { amount: '19.99' } });
    expect((await use(client, 'record_transaction', sale)).answer).toEqual(first.answer);
    const report = await use(client, 'report_error', { errorType: 'TestError', message: 'It broke' });
    expect(report.answer['ids']).toHaveLength(1);
    for (const view of ['data', 'metrics', 'agents', 'activities', 'performance']) {
      expect((await use(client, 'read_dashboard', { view })).isError).toBe(false);
    }
  });

  it('tells the model what was wrong, and nothing gets past the rules of the routes', async () => {
    const client = await connectAs('API_USER');
    const { isError, answer } = await use(client, 'run_agent', { agent: 'scanner', priority: 11, other: 1 });
    expect(isError).toBe(true);
    expect(answer['errors']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: 'priority' }),
        expect.objectContaining({ path: 'other' }),
      ]),
    );
    for (const agent of ['../tasks', 'a/b', '..', 'scanner?x=1', '%2e%2e%2ftasks']) {
      expect((await use(client, 'run_agent', { agent })).answer['code']).toMatch(/NOT_FOUND|VALIDATION|INVALID/);
    }
    await expect(client.callTool({ name: 'no_such_tool', arguments: {} })).rejects.toThrow('no tool');
  });

  it('takes API keys, from the addresses they are bound to', async () => {
    const key = async (ipAllowlist: string[]): Promise<string> => {
      const body = { name: 'mcp', ipAllowlist };
      return (await app.call<{ key: string }>('POST', '/auth/api-keys', { token: tasks.user, body })).body.key;
    };
    const client = await connect({ 'x-api-key': await key(['127.0.0.1']) });
    expect((await use(client, 'find_agents', { capability: ['scan'] })).isError).toBe(false);
    await expect(connect({ 'x-api-key': await key(['203.0.113.7']) })).rejects.toThrow();
  });

  it('says where tokens come from to those who have none', async () => {
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    const answer = await app.call('POST', '/mcp', { body: message });
    expect(answer.status).toBe(401);
    const metadata = /resource_metadata="([^"]+)"/.exec(answer.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    const { body } = await app.call('GET', new URL(metadata).pathname);
    expect(body).toMatchObject({
      resource: expect.stringMatching(/\/mcp$/),
      authorization_servers: [expect.any(String)],
    });
  });

  it('lets the official client of a program log in by itself, from nothing but the address', async () => {
    const { body } = await app.call<{ id: string; key: string }>('POST', '/auth/api-keys', {
      token: tasks.user,
      body: { name: 'client' },
    });
    const client = new Client({ name: 'test', version: '1.0.0' });
    const expectedIssuer = app.get(PublicAddress).origin;
    const authProvider = new ClientCredentialsProvider({ clientId: body.id, clientSecret: body.key, expectedIssuer });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${app.url}/mcp`), { authProvider }));
    clients.push(client);
    expect((await client.listTools()).tools.length).toBeGreaterThan(4);
    const authorize = await app.call('GET', '/oauth/authorize?response_type=code&client_id=x');
    expect(authorize).toMatchObject({ status: 400, body: { error: 'unsupported_response_type' } });
  });

  it('takes no requests from pages of other origins', async () => {
    const ask = (origin?: string) =>
      app.call('POST', '/mcp', {
        token: tasks.user,
        headers: { accept: 'application/json, text/event-stream', ...(origin !== undefined && { origin }) },
        body: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      });
    const statuses = await Promise.all(
      [undefined, app.url, app.url.replace('127.0.0.1', 'localhost'), 'https://evil.example', 'null'].map(
        async (origin) => (await ask(origin)).status,
      ),
    );
    expect(statuses).toEqual([200, 200, 200, 403, 403]);
  });

  it.each([
    ['application/json', 200],
    ['*/*', 200],
    ['application/json;q=0.9, text/html', 200],
    ['text/html', 406],
  ])('answers who accepts %s with %i', async (accept, status) => {
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    expect((await app.call('POST', '/mcp', { token: tasks.user, headers: { accept }, body })).status).toBe(status);
  });

  it('takes null for no arguments, and lets the model read what is wrong with them', async () => {
    const send = async (name: string, args: string) => {
      const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`;
      const answer = await app.call<{ result: { isError?: boolean; content: { text: string }[] } }>('POST', '/mcp', {
        token: tasks.user,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body,
      });
      return { status: answer.status, ...answer.body.result };
    };
    expect(await send('find_agents', 'null')).not.toHaveProperty('isError');
    const odd = ['"a\\u0000"', '"\\ud800"', `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`, '{"__proto__":{"a":1}}'];
    for (const value of odd) {
      const answer = await send('run_agent', `{"agent":"scanner","parameters":{"x":${value}}}`);
      expect(answer).toMatchObject({ status: 200, isError: true });
      expect(answer.content[0]?.text).toContain('VALIDATION.');
    }
  });

  it('keeps to what it publishes of its tools', async () => {
    const client = await connectAs('ADMIN');
    const refusals: [string, Record<string, unknown>, string][] = [
      ['run_agent', {}, 'agent must be given'],
      ['record_transaction', { type: 'sale', amount: '1.00' }, 'idempotencyKey must be given'],
      ['record_transaction', { type: 'fee', amount: '1.00', idempotencyKey: 'a' }, 'type must be one of sale, refund'],
      ['read_dashboard', { view: 'x' }, 'view must be one of data'],
    ];
    for (const [name, args, detail] of refusals) {
      const { isError, answer } = await use(client, name, args);
      expect({ isError, answer }).toMatchObject({ isError: true, answer: { code: 'MCP.INVALID_ARGUMENTS' } });
      expect(answer['detail']).toContain(detail);
    }
    const { tools } = await client.listTools();
    const schemaOf = (name: string) =>
      tools.find((tool) => tool.name === name)?.inputSchema.properties as Record<string, { enum?: string[] }>;
    for (const type of schemaOf('record_transaction')['type']?.enum ?? []) {
      const args = { type, amount: '1.00', notes: 'n', idempotencyKey: `mcp-${type}` };
      const { answer } = await use(client, 'record_transaction', args);
      // Some types need more than every tool says; none is unknown.
      expect(JSON.stringify(answer)).not.toMatch(/must be one of|should not exist/);
    }
    for (const view of schemaOf('read_dashboard')['view']?.enum ?? [])
      expect(await use(client, 'read_dashboard', { view })).toMatchObject({ isError: false });
  });

  it('refuses arguments that are no texts, unknown, or so long that their address would stop everybody', async () => {
    const client = await connectAs('ADMIN');
    const sale = { type: 'sale', amount: '5.00' };
    const odd: [string, Record<string, unknown>][] = [
      ['record_transaction', { ...sale, idempotencyKey: 1001 }],
      ['record_transaction', { ...sale, idempotencyKey: ['z'] }],
      ['run_batch', { operations: [], idempotencyKey: {} }],
      ['read_dashboard', { view: '/'.repeat(500_000) }],
      ['find_agents', { category: 'é'.repeat(400_000) }],
      ['find_agents', Object.fromEntries(Array.from({ length: 9_000 }, (_, index) => [`k${index}`, 1]))],
      ['get_task', { id: { toString: 1 } }],
      ['get_task', { id: '..' }],
      ['get_batch', { id: '.' }],
    ];
    for (const [name, args] of odd)
      expect(await use(client, name, args)).toMatchObject({ isError: true, answer: { code: 'MCP.INVALID_ARGUMENTS' } });
    const large = await app.call('POST', '/mcp', {
      token: tasks.user,
      headers: { accept: 'application/json' },
      body: { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { x: 'x'.repeat(1024 * 1024) } },
    });
    expect(large.status).toBe(413);
  });

  it('has no sessions: no streams, no state, any message by itself', async () => {
    const token = tasks.user;
    for (const method of ['GET', 'DELETE']) {
      const answer = await app.call(method, '/mcp', { token });
      expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({ status: 405, allow: 'POST' });
    }
    const headers = { accept: 'application/json, text/event-stream' };
    const list = await app.call<{ result: { tools: unknown[] } }>('POST', '/mcp', {
      token,
      headers,
      body: { jsonrpc: '2.0', id: 7, method: 'tools/list' },
    });
    expect(list.status).toBe(200);
    expect(list.headers.get('mcp-session-id')).toBeNull();
    expect(list.headers.get('x-request-id')).not.toBeNull();
    expect(list.body.result.tools.length).toBeGreaterThan(4);
    expect((await app.call('POST', '/mcp', { token, headers, body: 'no json' })).status).toBe(400);
    expect((await app.call('POST', '/mcp', { token, headers, body: { hello: 1 } })).status).toBe(400);
  });
});
