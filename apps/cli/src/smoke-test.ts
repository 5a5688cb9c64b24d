import { randomUUID } from 'node:crypto';

interface Reply {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

/** A call that takes longer has failed. */
const TIMEOUT_MS = 15_000;

/** The checks of a deployment, one line each. */
export class SmokeTest {
  passed = 0;
  failed = 0;
  private token: string | undefined;

  constructor(
    private readonly url: string,
    private readonly print: (line: string) => void,
  ) {}

  /** What anybody may see. */
  async publicChecks(): Promise<void> {
    await this.check('is alive', async () => expectStatus(await this.get('/health/live'), 200));
    await this.check('is ready', async () => expectStatus(await this.get('/health/ready'), 200));
    await this.check('is not unhealthy', async () => {
      const reply = await this.get('/health');
      expectStatus(reply, 200);
      expect(reply.body['status'] !== 'unhealthy', `status is ${String(reply.body['status'])}`);
    });
    await this.check('refuses strangers', async () => {
      const reply = await this.get('/api/v1/dashboard/data');
      expectStatus(reply, 401);
      expect(reply.body['code'] === 'AUTH.TOKEN_MISSING', 'it is no problem document');
      expect(reply.headers.has('x-request-id'), 'there is no X-Request-ID');
    });
    await this.check('refuses a wrong password', async () => {
      const body = { identifier: `smoke-${randomUUID()}`, password: 'not a password' };
      expectStatus(await this.post('/api/v1/auth/login', body), 401);
    });
    await this.check('answers unknown addresses with 404', async () =>
      expectStatus(await this.get('/nothing-here'), 404),
    );
  }

  /** The daily work, as an administrator. */
  async signedInChecks(identifier: string, password: string): Promise<void> {
    await this.check('logs in', async () => {
      const reply = await this.post('/api/v1/auth/login', { identifier, password });
      expectStatus(reply, 200);
      this.token = String(reply.body['accessToken']);
    });
    if (this.token === undefined) return;
    await this.check('knows who is calling', async () => expectStatus(await this.get('/api/v1/auth/me'), 200));
    await this.check('records a sale, once', () => this.recordSale());
    for (const route of ['data', 'metrics', 'agents', 'activities', 'performance']) {
      await this.check(`shows /dashboard/${route}`, async () =>
        expectStatus(await this.get(`/dashboard/${route}`), 200),
      );
    }
    await this.check('runs an agent', () => this.runAgent());
    await this.check('records an error and finds it', () => this.reportError());
    await this.check('logs out', async () => {
      expectStatus(await this.post('/api/v1/auth/logout'), 204);
      expectStatus(await this.get('/api/v1/auth/me'), 401);
    });
  }

  private async recordSale(): Promise<void> {
    const key = randomUUID();
    const sale = { type: 'sale', amount: '0.01', currency: 'USD', channel: 'online_store', notes: 'smoke test' };
    const first = await this.post('/finance/transactions/record', sale, { 'idempotency-key': key });
    expectStatus(first, 201);
    const again = await this.post('/finance/transactions/record', sale, { 'idempotency-key': key });
    expect(
      again.body['transactionId'] === first.body['transactionId'],
      'the repeated request made a second transaction',
    );
    const id = String(first.body['transactionId']);
    expectStatus(await this.get(`/api/v1/finance/transactions/${id}`), 200);
    const reverse = `/api/v1/finance/transactions/${id}/reverse`;
    expectStatus(await this.post(reverse, {}, { 'idempotency-key': `${key}-reversed` }), 201);
  }

  private async runAgent(): Promise<void> {
    const reply = await this.post('/api/v1/agents/performance/execute?wait=20', { taskDescription: 'smoke test' });
    expectStatus(reply, 200);
    expect(reply.body['state'] === 'succeeded', `the task is ${String(reply.body['state'])}`);
  }

  private async reportError(): Promise<void> {
    const marker = `smoke ${randomUUID()}`;
    const report = { errorType: 'SmokeTest', message: marker, severity: 'info', fingerprint: ['devskyy-smoke'] };
    const reply = await this.post('/api/v1/errors', report);
    expectStatus(reply, 202);
    const [id] = reply.body['ids'] as string[];
    for (const deadline = Date.now() + 5_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
      const found = await this.get(`/api/v1/errors/occurrences/${id}`);
      if (found.status === 200) return;
      expect(Date.now() < deadline, `it is not in the ledger after 5 s (${found.status})`);
    }
  }

  private async check(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.passed += 1;
      this.print(`ok       ${name}`);
    } catch (error) {
      this.failed += 1;
      this.print(`FAILED   ${name}: ${wordsOf(error)}`);
    }
  }

  private get(path: string): Promise<Reply> {
    return this.call('GET', path);
  }

  private post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.call('POST', path, body, headers);
  }

  private async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const response = await fetch(this.url + path, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    const parsed = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, body: parsed, headers: response.headers };
  }
}

/** What went wrong; `fetch` itself only says that it failed. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  const { code, message } = (error.cause ?? {}) as { code?: string; message?: string };
  if (code === 'ECONNREFUSED') return 'nothing listens at this address';
  if (code === 'ENOTFOUND') return 'there is no host of this name';
  return message ?? error.message;
}

function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

function expectStatus(reply: Reply, ...expected: number[]): void {
  const code = typeof reply.body['code'] === 'string' ? ` (${reply.body['code']})` : '';
  expect(
    expected.includes(reply.status),
    `the service answered ${reply.status}${code} where ${expected.join(' or ')} is right`,
  );
}
