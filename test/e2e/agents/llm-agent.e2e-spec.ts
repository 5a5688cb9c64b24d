import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { Database } from '#platform/database';
import { AgentTasks } from '../../support/agent-tasks.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

interface Call {
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

type Provider = 'anthropic' | 'openai';

/** Answers in the wire formats of the providers. */
const ANSWERS = {
  anthropic: (text: string, tokensIn: number, tokensOut: number) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-6',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: tokensIn, output_tokens: tokensOut, cache_read_input_tokens: 0 },
  }),
  openai: (text: string, tokensIn: number, tokensOut: number) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-4o-2024-08-06',
    choices: [{ index: 0, message: { role: 'assistant', content: text, refusal: null }, finish_reason: 'stop' }],
    usage: { prompt_tokens: tokensIn, completion_tokens: tokensOut, total_tokens: tokensIn + tokensOut },
  }),
};
const MODELS = { anthropic: 'claude-sonnet-4-6', openai: 'gpt-4o' };
const KEYS = { anthropic: 'anthropic-key-of-the-service', openai: 'openai-key-of-the-service' };

describe('llm agents', () => {
  let app: TestApp;
  let tasks: AgentTasks;
  let server: Server;
  let calls: Call[] = [];
  let reply: (answer: ServerResponse, call: Call) => void;

  const json = (answer: ServerResponse, body: unknown, status = 200, headers = {}): void => {
    answer.writeHead(status, { 'content-type': 'application/json', ...headers });
    answer.end(JSON.stringify(body));
  };

  beforeAll(async () => {
    server = createServer((request, answer) => {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        const call = { path: request.url ?? '', headers: request.headers, body: JSON.parse(text) as Call['body'] };
        calls.push(call);
        reply(answer, call);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    app = await startTestApp({
      ANTHROPIC_API_KEY: KEYS.anthropic,
      ANTHROPIC_BASE_URL: url,
      OPENAI_API_KEY: KEYS.openai,
      OPENAI_BASE_URL: `${url}/v1`,
      // More than these tests ask in a minute, and in an hour.
      OPENAI_MAX_REQUESTS_PER_MINUTE: '1000',
      OPENAI_MAX_CONSEQUENTIAL_PER_HOUR: '1000',
    });
    tasks = await AgentTasks.on(app);
  });
  beforeEach(() => {
    calls = [];
    reply = (answer, { path }) =>
      json(answer, ANSWERS[path.includes('chat') ? 'openai' : 'anthropic']('Hello', 1000, 500));
  });
  afterAll(async () => {
    await app.close();
    server.closeAllConnections();
    server.close();
  });

  const agent = (provider: Provider, settings: Record<string, unknown> = {}, config: Record<string, unknown> = {}) =>
    tasks.agent({
      kind: 'llm',
      config: { provider, model: MODELS[provider], promptTemplate: 'Say {{parameters.word}}', ...config },
      retryPolicy: { maxAttempts: 2, initialDelayMs: 10, maxDelayMs: 20 },
      ...settings,
    });
  const run = async (slug: string, body: object = { parameters: { word: 'hello' } }) =>
    (await tasks.execute(slug, body, '?wait=20')).body;

  it.each<[Provider, string, string]>([
    ['anthropic', '/v1/messages', '0.0105'],
    ['openai', '/v1/chat/completions', '0.0075'],
  ])('ask %s by its own SDK, and record tokens and cost', async (provider, path, cost) => {
    const slug = await agent(provider, {}, { system: 'Be brief', maxTokens: 321, temperature: 0.2 });
    expect(await run(slug)).toMatchObject({
      state: 'succeeded',
      output: { text: 'Hello', model: ANSWERS[provider]('', 0, 0).model },
      tokensIn: 1000,
      tokensOut: 500,
      cost,
    });
    const [call] = calls;
    expect(call?.path).toBe(path);
    const sent = JSON.stringify(call?.headers);
    expect(sent).toContain(KEYS[provider]);
    expect(sent).not.toContain(KEYS[provider === 'openai' ? 'anthropic' : 'openai']);
    expect(call?.body).toMatchObject(
      provider === 'anthropic'
        ? {
            model: MODELS.anthropic,
            max_tokens: 321,
            system: 'Be brief',
            messages: [{ role: 'user', content: 'Say hello' }],
          }
        : {
            model: MODELS.openai,
            max_completion_tokens: 321,
            temperature: 0.2,
            messages: [
              { role: 'system', content: 'Be brief' },
              { role: 'user', content: 'Say hello' },
            ],
          },
    );
    const [today] = await app.get(Database).query(
      `SELECT sum(s.day_tokens) AS tokens, sum(s.day_cost_micros) AS micros FROM agent_statistic s
       JOIN agent a ON a.id = s.agent_id WHERE a.slug = $1`,
      [slug],
    );
    expect(today).toEqual({ tokens: '1500', micros: String(Number(cost) * 1_000_000) });
  });

  describe.each<Provider>(['anthropic', 'openai'])('with %s', (provider) => {
    it('wait as long as a 429 asks', async () => {
      const times: number[] = [];
      reply = (answer) => {
        times.push(performance.now());
        if (times.length === 1) json(answer, { error: { message: 'slow down' } }, 429, { 'retry-after': '1' });
        else json(answer, ANSWERS[provider]('Later', 1, 1));
      };
      expect(await run(await agent(provider))).toMatchObject({ state: 'succeeded', attempt: 2 });
      expect(calls).toHaveLength(2);
      expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(990);
    });

    it.each([
      ['no JSON', (answer: ServerResponse) => answer.writeHead(200, { 'content-type': 'application/json' }).end('{"a')],
      ['JSON of another kind', (answer: ServerResponse) => json(answer, { hello: 'world' })],
      ['nothing', (answer: ServerResponse) => answer.writeHead(200).end()],
    ])('try again after an answer that is %s, then give up', async (_name, malformed) => {
      reply = malformed;
      expect(await run(await agent(provider))).toMatchObject({
        state: 'dead',
        attempt: 2,
        error: { code: 'AGENT.BAD_OUTPUT' },
      });
    });

    it.each([
      [400, 'failed', 1, 'AGENT.REFUSED'],
      [401, 'failed', 1, 'AGENT.KEY_REFUSED'],
      [404, 'failed', 1, 'AGENT.REFUSED'],
      [503, 'dead', 2, 'AGENT.REFUSED'],
      [529, 'dead', 2, 'AGENT.REFUSED'],
    ])('take a %i as %s after %i calls', async (status, state, count, code) => {
      reply = (answer) => json(answer, { error: { message: 'words of the provider' } }, status);
      const body = await run(await agent(provider));
      expect(body).toMatchObject({ state, attempt: count, error: { code } });
      expect(JSON.stringify(body)).not.toContain('words of the provider');
      expect(calls).toHaveLength(count);
    });

    it('let go when time is up or the task is cancelled', async () => {
      const closed: Promise<void>[] = [];
      reply = (answer) => closed.push(new Promise((resolve) => answer.once('close', () => resolve())));
      const slug = await agent(provider, { retryPolicy: { maxAttempts: 1, initialDelayMs: 0, maxDelayMs: 0 } });
      const slow = await run(slug, { parameters: { word: 'x' }, timeoutSeconds: 1 });
      expect(slow).toMatchObject({ state: 'dead', error: { code: 'AGENT.TIMEOUT' } });
      const { body } = await tasks.execute(slug, { parameters: { word: 'x' } });
      while (closed.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
      await app.call('POST', `/tasks/${body.id}/cancel`, { token: tasks.user });
      await tasks.until(body.id, 'cancelled');
      await Promise.all(closed);
    });

    it('use the key of the agent, which is kept encrypted and never shown', async () => {
      const secret = 'a-key-of-this-very-agent';
      const slug = await agent(provider, {}, { secret });
      await run(slug);
      expect(JSON.stringify(calls[0]?.headers)).toContain(secret);
      const shown = await app.call('GET', `/agents/${slug}`, { token: tasks.admin });
      expect(shown.text).not.toContain(secret);
      const [row] = await app
        .get(Database)
        .query('SELECT row_to_json(a) AS agent FROM agent a WHERE slug = $1', [slug]);
      expect(JSON.stringify(row)).not.toContain(secret);
    });
  });

  describe('count what was paid, whatever the answer', () => {
    it.each<[string, Provider, object, object]>([
      [
        'NUL and half a character',
        'openai',
        { choices: [{ message: { content: 'a\0b\ud83d' }, finish_reason: 'stop' }] },
        { output: { text: 'a\ufffdb\ufffd', stopReason: 'stop' } },
      ],
      [
        'NUL in the name of the model',
        'anthropic',
        { model: 'm\0', content: [{ type: 'text', text: '\0' }] },
        { output: { text: '\ufffd', model: 'm\ufffd' } },
      ],
      [
        'a refusal',
        'openai',
        { choices: [{ message: { content: null, refusal: 'I cannot help with that' }, finish_reason: 'stop' }] },
        { output: { text: 'I cannot help with that', stopReason: 'refusal' } },
      ],
      [
        'nothing but reasoning',
        'openai',
        { choices: [{ message: { content: null }, finish_reason: 'length' }] },
        { output: { text: '', stopReason: 'length' } },
      ],
      ['a refusal without a word', 'anthropic', { content: [], stop_reason: 'refusal' }, { output: { text: '' } }],
    ])('of %s from %s', async (_name, provider, part, expected) => {
      reply = (answer) => json(answer, { ...ANSWERS[provider]('', 1000, 500), ...part });
      expect(await run(await agent(provider))).toMatchObject({
        state: 'succeeded',
        tokensIn: 1000,
        tokensOut: 500,
        ...expected,
      });
      expect(calls).toHaveLength(1);
    });

    it.each<[string, Provider, object]>([
      ['fewer than none', 'openai', { usage: { prompt_tokens: -5000, completion_tokens: 1 } }],
      ['no numbers', 'openai', { usage: { prompt_tokens: '7', completion_tokens: 1 } }],
      ['no whole numbers', 'anthropic', { usage: { input_tokens: 1.5, output_tokens: 1 } }],
    ])('by its length, when the provider says %s', async (_name, provider, part) => {
      reply = (answer) => json(answer, { ...ANSWERS[provider]('Hello', 1000, 500), ...part });
      // `Say hello` has nine characters.
      expect(await run(await agent(provider))).toMatchObject({ state: 'succeeded', tokensIn: 3, tokensOut: 1 });
    });

    it('of one that cannot be understood, each time', async () => {
      reply = (answer) => json(answer, { ...ANSWERS.openai('', 1000, 500), choices: [] });
      expect(await run(await agent('openai'))).toMatchObject({
        state: 'dead',
        error: { code: 'AGENT.BAD_OUTPUT' },
        tokensIn: 2000,
        tokensOut: 1000,
        cost: '0.015',
      });
    });
  });

  it.each<[string, Record<string, unknown>, unknown]>([
    ['by default', {}, undefined],
    ['when the agent says null', { temperature: null }, undefined],
    ['as the agent says', { temperature: 0 }, 0],
  ])('send a temperature only when it is set: %s', async (_name, config, sent) => {
    await run(await agent('openai', {}, config));
    expect(calls[0]?.body['temperature']).toBe(sent);
  });

  it('leave a provider alone that asks to wait, all of them with its key', async () => {
    let isBusy = true;
    reply = (answer, { path }) => {
      if (isBusy) json(answer, { error: { message: 'slow down' } }, 429, { 'retry-after': '2' });
      else json(answer, ANSWERS[path.includes('chat') ? 'openai' : 'anthropic']('Hello', 1, 1));
    };
    const settings = { concurrency: 1, retryPolicy: { maxAttempts: 3, initialDelayMs: 1, maxDelayMs: 1 } };
    const [first, second] = [await agent('openai', settings), await agent('openai', settings)];
    const [other, own] = [
      await agent('anthropic', settings),
      await agent('openai', settings, { secret: 'a-key-of-its-own' }),
    ];
    const { body: refused } = await tasks.execute(first, { parameters: { word: 'x' } });
    while (calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await tasks.until(refused.id, 'queued');
    isBusy = false;
    const slugs = [...Array<string>(4).fill(first), ...Array<string>(4).fill(second)];
    const held = await Promise.all(slugs.map((slug) => tasks.execute(slug, { parameters: { word: 'x' } })));
    // Those who do not go by the same key are not held: by the time that they are done, the others would be too.
    for (const slug of [other, own]) expect(await run(slug)).toMatchObject({ state: 'succeeded' });
    expect(calls).toHaveLength(3);
    const why = await app.call('GET', `/tasks/${held[0]?.body.id}/why`, { token: tasks.user });
    expect(why.body).toMatchObject({ reason: 'backoff', estimatedStartAt: expect.any(String) });
    for (const { body } of held) await tasks.until(body.id, 'succeeded');
  });

  it('refuse a task that lacks a value of the prompt', async () => {
    expect(await run(await agent('openai'), { parameters: {} })).toMatchObject({
      state: 'failed',
      error: { code: 'AGENT.PARAMETER_MISSING', message: expect.stringContaining('parameters.word') },
    });
    expect(calls).toHaveLength(0);
  });

  describe('budgets', () => {
    const word = { parameters: { word: 'hello' } };

    it('are judged by what an answer may cost at most, before it is asked for', async () => {
      // 4,096 tokens of output at 10 dollars a million are four cents.
      const slug = await agent('openai', { budget: { maxCost: '0.04' } });
      const { body } = await tasks.execute(slug, word);
      await tasks.until(body.id, 'waiting_approval');
      expect(calls).toHaveLength(0);
      await app.call('POST', `/tasks/${body.id}/approve`, { token: tasks.admin });
      await tasks.until(body.id, 'succeeded');
      expect((await run(slug, { ...word, budget: { maxTokens: 4000 } })).state).toBe('waiting_approval');
      expect((await run(await agent('openai', { budget: { maxCost: '0.05' } }))).state).toBe('succeeded');
    });

    it('count what failed attempts cost', async () => {
      let count = 0;
      reply = (answer) => {
        count++;
        json(answer, ANSWERS.openai('x', 1_000, 2_000));
      };
      const slug = await agent('openai', { budget: { dailyCost: '0.05' } }, { maxTokens: 2_000 });
      for (let i = 0; i < 2; i++) expect((await run(slug)).state).toBe('succeeded');
      expect((await run(slug)).state).toBe('waiting_approval');
      expect(count).toBe(2);
    });

    it('cannot be kept for a model without a price', async () => {
      const slug = await agent('openai', { budget: { maxCost: '1' } }, { model: 'some-new-model' });
      expect(await tasks.execute(slug, word)).toMatchObject({ status: 409, body: { code: 'AGENT.NOT_RUNNABLE' } });
      const free = await agent('openai', {}, { model: 'some-new-model' });
      expect(await run(free)).toMatchObject({ state: 'succeeded', tokensOut: 500, cost: '0.00' });
    });
  });

  it('wait, and say so, where there is no key for the provider', async () => {
    const other = await startTestApp();
    try {
      const there = await AgentTasks.on(other);
      const { body } = await there.execute('claude-sonnet', { taskDescription: 'Hello' });
      const why = await other.call('GET', `/tasks/${body.id}/why`, { token: there.user });
      const detail = "There is no key of anthropic: set ANTHROPIC_API_KEY, or the agent's own secret";
      expect(why.body).toMatchObject({ state: 'queued', reason: 'no_worker', detail });
    } finally {
      await other.close();
    }
  });
});
