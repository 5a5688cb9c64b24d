import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { FinanceClient, journal } from './finance-client.js';

interface ImportAnswer {
  id: string;
  key: string;
  status: string;
  lines: number;
  posted: number;
  rejected: number;
  replayed: number;
  code: string;
  details: { differingFields: string[] };
}

interface Verdicts {
  items: { line: number; status: string; transactionId?: string; error?: { code: string } }[];
  nextCursor: string | null;
}

describe('imports', () => {
  let app: TestApp;
  let replica: TestApp;
  let ledger: FinanceClient;

  beforeAll(async () => {
    app = await startTestApp();
    replica = await startTestApp({}, app);
    ledger = await FinanceClient.of(app);
    for (const code of ['assets:from', 'assets:to']) await ledger.account(code);
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });

  const cent = (more: object = {}): string =>
    JSON.stringify(journal(['debit assets:to 0.01', 'credit assets:from 0.01'], more));
  const linesOf = (count: number): string[] =>
    Array.from({ length: count }, (_, line) => cent({ description: `${line}` }));

  /** Sends lines as a stream, and breaks off at its end if it is to. */
  async function send(lines: readonly string[], key: string, options: { on?: TestApp; isCut?: boolean } = {}) {
    const body = new ReadableStream({
      start(controller): void {
        controller.enqueue(Buffer.from(lines.map((line) => `${line}\n`).join('')));
      },
      async pull(controller): Promise<void> {
        if (!options.isCut) return controller.close();
        // What was sent must have arrived before the connection breaks.
        await new Promise((resolve) => setTimeout(resolve, 300));
        controller.error(new Error('Cut'));
      },
    });
    const response = await fetch(`${(options.on ?? app).url}/api/v1/finance/imports`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-ndjson',
        authorization: `Bearer ${ledger.token}`,
        'idempotency-key': key,
      },
      body,
      duplex: 'half',
    });
    return { status: response.status, body: (await response.json()) as ImportAnswer };
  }
  const balance = async (): Promise<number> => Math.round(Number((await ledger.balance('assets:to')).posted) * 100);
  const verdicts = async (id: string, query: string): Promise<Verdicts> =>
    (await ledger.get<Verdicts>(`imports/${id}/lines?${query}`)).body;

  it('gives each line its verdict, by its number', async () => {
    const own = randomUUID();
    const lines = [
      cent({ idempotencyKey: own }),
      '{"type":"sale","amount":"1.00"}',
      'no json',
      '',
      '[1]',
      cent({ state: 'odd' }),
      cent({ idempotencyKey: own }),
    ];
    const { status, body } = await send(lines, 'verdicts');
    expect([status, body]).toMatchObject([
      200,
      { status: 'completed', key: 'verdicts', lines: 6, posted: 2, rejected: 3, replayed: 1 },
    ]);
    const first = await verdicts(body.id, 'limit=5');
    const rest = await verdicts(body.id, `limit=5&cursor=${first.nextCursor}`);
    const all = [...first.items, ...rest.items];
    expect(all.map(({ line, status: verdict, error }) => [line, error?.code ?? verdict])).toEqual([
      [1, 'posted'],
      [2, 'posted'],
      [3, 'HTTP.MALFORMED_JSON'],
      [5, 'VALIDATION.FAILED'],
      [6, 'VALIDATION.FAILED'],
      [7, 'replayed'],
    ]);
    expect(all[5]?.transactionId).toBe(all[0]?.transactionId);
    expect(rest.nextCursor).toBeNull();
    const rejected = await verdicts(body.id, 'status=rejected&limit=2');
    const later = await verdicts(body.id, `status=rejected&limit=2&cursor=${rejected.nextCursor}`);
    expect([...rejected.items, ...later.items].map(({ line }) => line)).toEqual([3, 5, 6]);
    expect((await ledger.get(`transactions/${all[1]?.transactionId}`)).body).toMatchObject({ type: 'sale' });
  });

  it('goes on where it was cut off, and posts nothing twice', async () => {
    const before = await balance();
    const lines = linesOf(1_300);
    await expect(send(lines.slice(0, 1_100), 'cut', { isCut: true })).rejects.toThrow();
    const { items } = (await ledger.get<{ items: ImportAnswer[] }>('imports?key=cut')).body;
    const deadline = Date.now() + 10_000;
    const progress = async (): Promise<ImportAnswer> =>
      (await ledger.get<ImportAnswer>(`imports/${items[0]?.id}`)).body;
    while ((await progress()).lines < 1_000 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await progress()).toMatchObject({ status: 'open', lines: 1_000, posted: 1_000 });
    expect(await balance()).toBe(before + 1_000);
    const { body } = await send(lines, 'cut', { on: replica });
    expect(body).toMatchObject({ id: items[0]?.id, status: 'completed', lines: 1_300, posted: 1_300 });
    expect((await send(lines, 'cut')).body).toEqual(body);
    expect(await balance()).toBe(before + 1_300);
    expect((await verdicts(body.id, `limit=100`)).items.at(-1)?.line).toBe(100);
  });

  it('passes over blank lines at once, and numbers and resumes as if they were lines', async () => {
    const blocks = async (): Promise<number> => (await ledger.get<{ blocks: number }>('verify')).body.blocks;
    const blank = Array.from({ length: 1_200 }, () => '');
    const stream = [cent({ description: 'before' }), ...blank, cent({ description: 'behind' }), ...blank];
    const before = await blocks();
    const { body } = await send(stream, 'blank');
    expect(body).toMatchObject({ status: 'completed', lines: 2, posted: 2, rejected: 0 });
    expect((await blocks()) - before).toBeLessThanOrEqual(2);
    const { items } = await verdicts(body.id, 'limit=1');
    expect(items.map(({ line }) => line)).toEqual([1]);
    expect((await verdicts(body.id, 'limit=5')).items.map(({ line }) => line)).toEqual([1, 1_202]);
    expect((await send(stream, 'blank')).body).toEqual(body);
    expect((await send([...stream, cent()], 'blank')).body.details.differingFields).toEqual(['line 2403 or before']);
    expect((await send(blank, 'nothing')).body).toMatchObject({ status: 'completed', lines: 0, posted: 0 });
    expect((await send(blank, 'nothing')).body).toMatchObject({ status: 'completed', lines: 0, posted: 0 });
  });

  it('posts once when the same stream comes to both replicas at the same time', async () => {
    const before = await balance();
    const lines = linesOf(1_100);
    const answers = await Promise.all([send(lines, 'twice'), send(lines, 'twice', { on: replica })]);
    expect(answers.map(({ body }) => [body.status, body.lines, body.posted])).toEqual(
      Array(2).fill(['completed', 1_100, 1_100]),
    );
    expect(await balance()).toBe(before + 1_100);
  });

  it('tells other lines under the same key apart', async () => {
    const lines = linesOf(600);
    await send(lines, 'other');
    const before = await balance();
    const changed = [cent({ description: 'changed' }), ...lines.slice(1)];
    // What the first stream was is known up to its end only: any line up to there may be the one that differs.
    for (const [other, place] of [
      [changed, 'line 600 or before'],
      [lines.slice(0, 599), 'line 600 or before'],
      [lines.slice(0, 100), 'line 101 or before'],
      [[...lines, cent()], 'line 601 or before'],
      [[], 'line 1 or before'],
    ] as const) {
      const { status, body } = await send(other, 'other');
      expect([status, body.code, body.details.differingFields]).toEqual([422, 'FINANCE.IDEMPOTENCY_CONFLICT', [place]]);
    }
    expect(await balance()).toBe(before);
    const whole = linesOf(500);
    await send(whole, 'whole');
    expect((await send([...whole, cent()], 'whole')).body.details.differingFields).toEqual(['line 501']);
  });

  it('answers to a refused stream, however much of it is still to come, and keeps the connection good', async () => {
    const lines = linesOf(20_000);
    await send(lines.slice(0, 500), 'refused');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const post = (route: string, type: string, body: string, key: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const headers = { authorization: `Bearer ${ledger.token}`, 'content-type': type, 'idempotency-key': key };
        const asked = request(`${app.url}/api/v1/finance/${route}`, { method: 'POST', agent, headers }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode));
        });
        asked.on('error', reject).end(body);
      });
    expect(await post('imports', 'application/x-ndjson', lines.join('\n'), 'refused')).toBe(422);
    expect(await post('transactions', 'application/json', cent(), randomUUID())).toBe(201);
    agent.destroy();
  });

  it('takes lines of JSON only, and they are taken nowhere else', async () => {
    const as = (route: string, type: string) =>
      app.call('POST', `/api/v1/finance/${route}`, {
        token: ledger.token,
        body: '{}',
        headers: { 'content-type': type },
      });
    expect((await as('imports', 'application/json')).status).toBe(415);
    expect((await as('transactions', 'application/x-ndjson')).status).toBe(415);
    expect((await ledger.get(`imports/${randomUUID()}`)).status).toBe(404);
    expect((await ledger.get(`imports/${randomUUID()}/lines`)).status).toBe(404);
  });
});
