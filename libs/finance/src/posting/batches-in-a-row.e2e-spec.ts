import { randomUUID } from 'node:crypto';
import { LedgerCommitService } from './ledger-commit.service.js';
import { PostingRepository } from './posting.repository.js';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';
import { FinanceClient, journal } from '../../../../test/e2e/finance/finance-client.js';

interface Results {
  results: { status: string; transaction?: { id: string }; error?: { code: string } }[];
}

const FULL = 500;

/** Full batches that come faster than they are written: each is decided on top of the one that is being written. */
describe('full batches in a row', () => {
  let app: TestApp;
  let replica: TestApp;
  let ledger: FinanceClient;

  beforeAll(async () => {
    app = await startTestApp();
    replica = await startTestApp({}, app);
    ledger = await FinanceClient.of(app);
    await ledger.account('assets:bank');
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });
  afterEach(() => jest.restoreAllMocks());

  const move = (from: string, to: string, amount: string, more: object = {}): object =>
    journal([`debit ${to} ${amount}`, `credit ${from} ${amount}`], more);
  const post = async (transactions: object[], key: string = randomUUID(), client = ledger) =>
    (await client.post<Results>('transactions/batch', { transactions }, key)).body.results ?? [];
  const verdicts = (results: Results['results']): string[] => results.map(({ status, error }) => error?.code ?? status);
  const verified = async (): Promise<unknown> => (await ledger.get<{ valid: boolean }>('verify')).body.valid;

  /** How many batches were decided on top of another one. */
  function countAhead(): () => Promise<number> {
    const decide = jest.spyOn(app.get(LedgerCommitService), 'prepareAfter');
    return async () => {
      const sealed = await Promise.all(decide.mock.results.map(({ value }) => value as Promise<unknown>));
      return sealed.filter((batch) => batch !== undefined).length;
    };
  }

  it('see what those before them left, to the cent', async () => {
    await ledger.account('assets:purse', { minBalance: '0.00' });
    await post([move('assets:bank', 'assets:purse', '12.34')]);
    const ahead = countAhead();
    const batches = Array.from({ length: 6 }, () =>
      Array.from({ length: FULL }, () => move('assets:purse', 'assets:bank', '0.01')),
    );
    const all = (await Promise.all(batches.map((batch) => post(batch)))).flatMap(verdicts);
    expect(all.filter((verdict) => verdict === 'posted')).toHaveLength(1234);
    expect(all.filter((verdict) => verdict === 'FINANCE.LIMIT_EXCEEDED')).toHaveLength(6 * FULL - 1234);
    expect(await ledger.balance('assets:purse')).toMatchObject({ posted: '0.00' });
    expect(await ahead()).toBeGreaterThan(1);
    expect(await verified()).toBe(true);
  });

  it('answer a key of the batch before them with its answer', async () => {
    await ledger.account('assets:twice');
    const ahead = countAhead();
    const keyed = Array.from({ length: FULL }, () =>
      move('assets:bank', 'assets:twice', '0.01', { idempotencyKey: randomUUID() }),
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(keyed)));
    const ids = answers.map((results) => results.map(({ transaction }) => transaction?.id));
    expect(new Set(ids.map(String)).size).toBe(1);
    expect(await ledger.balance('assets:twice')).toMatchObject({ posted: '5.00' });
    expect(await ahead()).toBeGreaterThan(1);
    expect(await verified()).toBe(true);
  });

  it('are decided again when another replica wrote, or writing failed', async () => {
    await ledger.account('assets:torn');
    const ahead = countAhead();
    const postings = app.get(PostingRepository);
    const write = postings.write.bind(postings);
    let turn = 0;
    jest.spyOn(postings, 'write').mockImplementation((connection, batch) => {
      turn += 1;
      if (turn === 2) return Promise.reject(new Error('The connection is gone'));
      return turn === 4 ? Promise.resolve(false) : write(connection, batch);
    });
    const batches = Array.from({ length: 6 }, () =>
      Array.from({ length: FULL }, () => move('assets:bank', 'assets:torn', '0.01')),
    );
    const all = (await Promise.all(batches.map((batch) => post(batch)))).flatMap(verdicts);
    // The batch whose writing failed says so; it was alone in its commit.
    expect(all.filter((verdict) => verdict === 'posted')).toHaveLength(5 * FULL);
    expect(await ledger.balance('assets:torn')).toMatchObject({ posted: '25.00' });
    expect(await ahead()).toBeGreaterThan(1);
    expect(await verified()).toBe(true);
  });

  it('of two replicas come to the same as one after the other', async () => {
    await ledger.account('assets:raced', { maxBalance: '20.00' });
    const other = ledger.at(replica);
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        post(
          Array.from({ length: FULL }, () => move('assets:bank', 'assets:raced', '0.01')),
          randomUUID(),
          index % 2 ? ledger : other,
        ),
      ),
    );
    expect(all.flatMap(verdicts).filter((verdict) => verdict === 'posted')).toHaveLength(2000);
    expect(await ledger.balance('assets:raced')).toMatchObject({ posted: '20.00' });
    expect(await verified()).toBe(true);
  });
});
