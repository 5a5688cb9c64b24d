import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface TaskBody {
  id: string;
  state: string;
  attempt: number;
  output?: unknown;
  error?: { code: string };
}

interface Call {
  body: string;
  headers: IncomingHttpHeaders;
}

const SECRET = 'a-secret-of-the-operator';
const sign = (body: string): string => `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;

describe('http agents', () => {
  let app: TestApp;
  let admin: string;
  let user: string;
  let server: Server;
  let port: number;
  let calls: Call[] = [];
  let answer: (reply: ServerResponse, call: Call) => void = (reply) => reply.end('null');

  beforeAll(async () => {
    server = createServer((request, reply) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        const call = { body, headers: request.headers };
        calls.push(call);
        answer(reply, call);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
    app = await startTestApp({ AGENTS_ALLOWED_HOSTS: `127.0.0.1:${port}` });
    [admin, user] = [await app.tokenFor('ADMIN'), await app.tokenFor('API_USER')];
  });
  beforeEach(() => (calls = []));
  afterAll(async () => {
    await app.close();
    server.closeAllConnections();
    server.close();
  });

  let made = 0;
  const agent = async (url = `http://127.0.0.1:${port}/run`): Promise<string> => {
    const slug = `remote-${++made}`;
    const { status } = await app.call('POST', '/agents', {
      token: admin,
      body: {
        slug,
        name: slug,
        category: 'tests',
        kind: 'http',
        config: { url, secret: SECRET },
        retryPolicy: { maxAttempts: 2, initialDelayMs: 10, maxDelayMs: 10 },
      },
    });
    expect(status).toBe(201);
    return slug;
  };
  const execute = (slug: string, body: unknown = {}, wait = 10) =>
    app.call<TaskBody>('POST', `/agents/${slug}/execute?wait=${wait}`, { token: user, body });

  it('signs the call and keeps the JSON answer', async () => {
    answer = (reply) => reply.end('{"done":true}');
    const { status, body } = await execute(await agent(), { parameters: { a: 1 }, taskDescription: 'do it' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'succeeded', output: { done: true } });
    const [call] = calls;
    expect(call?.headers['x-webhook-signature']).toBe(sign(call?.body ?? ''));
    expect(call?.headers['x-task-id']).toBe(body.id);
    expect(call?.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-/);
    expect(JSON.parse(call?.body ?? '')).toMatchObject({ taskId: body.id, attempt: 1, parameters: { a: 1 } });
  });

  it.each([
    [400, 'failed', 1],
    [404, 'failed', 1],
    [302, 'failed', 1],
    [429, 'dead', 2],
    [500, 'dead', 2],
  ])('an answer of %i ends as %s after %i calls', async (status, state, attempts) => {
    answer = (reply) => {
      reply.writeHead(status, { location: `http://127.0.0.1:${port}/elsewhere` });
      reply.end();
    };
    const { body } = await execute(await agent());
    expect(body).toMatchObject({ state, attempt: attempts, error: { code: 'AGENT.REFUSED' } });
    expect(calls).toHaveLength(attempts);
  });

  it.each([
    ['no JSON', 'hello', 'AGENT.BAD_OUTPUT'],
    ['a NUL', '{"a":"\\u0000"}', 'AGENT.BAD_OUTPUT'],
    ['more than 10 MB', `"${'x'.repeat(10 * 1024 * 1024)}"`, 'AGENT.OUTPUT_TOO_LARGE'],
  ])('refuses an answer with %s', async (_name, text, code) => {
    answer = (reply) => reply.end(text);
    expect((await execute(await agent())).body).toMatchObject({ state: 'failed', error: { code } });
  });

  it('waits for a signed callback after 202, once', async () => {
    answer = (reply) => reply.writeHead(202).end();
    const { body: task } = await execute(await agent(), {}, 1);
    expect(task.state).toBe('running');
    const { callbackUrl } = JSON.parse(calls[0]?.body ?? '') as { callbackUrl: string };
    const call = async (value: unknown, signature?: string): Promise<number> => {
      const body = JSON.stringify(value);
      const headers = { 'content-type': 'application/json', 'x-webhook-signature': signature ?? sign(body) };
      return (await fetch(callbackUrl.replace('localhost', '127.0.0.1'), { method: 'POST', body, headers })).status;
    };
    const result = { taskId: task.id, attempt: 1, status: 'succeeded', output: { pages: 3 } };
    expect(await call(result, 'sha256=00')).toBe(401);
    expect(await call({ ...result, attempt: 2 })).toBe(409);
    expect(await call({ ...result, taskId: '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00' })).toBe(401);
    expect(await call(result)).toBe(204);
    expect(await call(result)).toBe(409);
    const read = await app.call<TaskBody>('GET', `/tasks/${task.id}`, { token: user });
    expect(read.body).toMatchObject({ state: 'succeeded', output: { pages: 3 } });
  });

  it('calls nobody inside the network, by address or by name', async () => {
    const slug = await agent('http://localtest.invalid/');
    expect((await execute(slug)).body).toMatchObject({ state: 'dead', error: { code: 'AGENT.UNREACHABLE' } });
    for (const url of [`http://127.0.0.1:${port + 1}/`, 'http://10.1.2.3/', 'http://[::1]/', 'http://100.64.0.1/']) {
      const { status } = await app.call('PATCH', `/agents/${slug}`, { token: admin, body: { config: { url } } });
      expect(status).toBe(422);
    }
  });
});
