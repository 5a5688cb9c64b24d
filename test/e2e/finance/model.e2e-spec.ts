import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Database } from '#platform/database';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { FinanceClient, type Recorded } from './finance-client.js';
import { LedgerModel, ModelCalendar, type ModelLeg, monthOf, type ModelTransaction } from './ledger-model.js';

/** Parallel requests would only repeat what the tests of races show; here it is the rules, in any order of events. */
const RUNS = 6;
const STEPS = 160;

interface Asked {
  route: string;
  body: object;
  key: string;
  text: string;
}

/** One run: accounts of its own, months that no other run has used. */
interface Real {
  name: string;
  months: readonly [string, string];
  asked: Asked[];
}

type Act = (model: LedgerModel, real: Real) => Promise<void>;

/** Something that happens, described by its name and numbers. */
class Step implements fc.AsyncCommand<LedgerModel, Real> {
  constructor(
    private readonly name: string,
    private readonly act: Act,
  ) {}

  check(): boolean {
    return true;
  }

  run(model: LedgerModel, real: Real): Promise<void> {
    return this.act(model, real);
  }

  toString(): string {
    return this.name;
  }
}

describe('the ledger and a naive model of it', () => {
  let app: TestApp;
  let ledger: FinanceClient;
  const calendar = new ModelCalendar();
  let run = 0;

  beforeAll(async () => {
    app = await startTestApp();
    ledger = await FinanceClient.of(app);
  });
  afterAll(() => app.close());

  const money = (minor: number): string => (minor / 100 + 0).toFixed(2);
  const cents = (text: string): number => Math.round(Number(text) * 100);

  /** Asks, compares the verdict, and lets the model know what was posted. */
  async function ask(
    model: LedgerModel,
    real: Real,
    request: { route: string; body: object; expected: string | undefined },
    made: Omit<ModelTransaction, 'id' | 'legs' | 'effectiveAt' | 'recordedAt'> & { effectiveAt?: Date | undefined },
  ): Promise<void> {
    const { route, body, expected } = request;
    const key = randomUUID();
    const { status, body: answer, text } = await ledger.post(route, body, key);
    real.asked.push({ route, body, key, text });
    expect(status < 300 ? undefined : answer.code).toBe(expected);
    if (expected !== undefined) return;
    expect(cents(answer.amount)).toBe(made.cents);
    const legs = answer.postings.map(({ account, direction, amount }): ModelLeg => ({
      account,
      cents: direction === 'debit' ? cents(amount) : -cents(amount),
    }));
    expect(legs.reduce((sum, leg) => sum + leg.cents, 0)).toBe(0);
    const recordedAt = new Date((answer as Recorded & { createdAt: string }).createdAt);
    const effectiveAt = made.effectiveAt ?? recordedAt;
    model.transactions.push({ ...made, id: answer.transactionId, legs, effectiveAt, recordedAt });
    if (made.state === 'posted') calendar.busy.add(monthOf(effectiveAt));
    for (const { account, balance } of answer.balances) {
      if (model.accounts.has(account)) expect(cents(balance)).toBe(model.balance(account));
    }
  }

  const pick = <T>(some: readonly T[], index: number): T | undefined => some[index % some.length];
  const limit = (isKept: boolean): string | undefined => (isKept ? undefined : 'FINANCE.LIMIT_EXCEEDED');
  const isClosed = (at: Date | undefined): boolean => at !== undefined && at < calendar.openSince;
  const timeIn = ({ months }: Real, when: number): Date | undefined => {
    const month = pick([undefined, ...months], when);
    return month === undefined ? undefined : new Date(`${month}-${10 + (when % 9)}T12:00:00.000Z`);
  };

  const post = (from: number, to: number, amount: number, isPending: boolean, when: number): Act => {
    return async (model, real) => {
      const codes = [...model.accounts.keys()].slice(0, 4);
      const [debit = '', credit = ''] = [pick(codes, to), pick(codes, from === to ? from + 1 : from)];
      if (debit === credit) return;
      const effectiveAt = timeIn(real, when);
      const leg = (account: string, direction: string): object => ({
        account,
        direction,
        amount: money(amount),
        currency: 'USD',
      });
      const state = isPending ? 'pending' : 'posted';
      const legs = [
        { account: debit, cents: amount },
        { account: credit, cents: -amount },
      ];
      const expected = isClosed(effectiveAt) ? 'FINANCE.PERIOD_CLOSED' : limit(model.keepsLimits(legs, isPending));
      const body = {
        description: 'model',
        postings: [leg(debit, 'debit'), leg(credit, 'credit')],
        state,
        ...(effectiveAt && { effectiveAt: effectiveAt.toISOString() }),
      };
      await ask(
        model,
        real,
        { route: 'transactions', body, expected },
        { type: 'journal', state, cents: amount, original: undefined, effectiveAt },
      );
    };
  };
  const sale = (amount: number, tax: number, when: number): Act => {
    return async (model, real) => {
      const transactionDate = timeIn(real, when);
      const body = {
        type: 'sale',
        amount: money(amount),
        taxAmount: money(Math.min(tax, amount)),
        paymentMethod: real.name,
        ...(transactionDate && { transactionDate: transactionDate.toISOString() }),
      };
      await ask(
        model,
        real,
        {
          route: 'transactions/record',
          body,
          expected: isClosed(transactionDate) ? 'FINANCE.PERIOD_CLOSED' : undefined,
        },
        { type: 'sale', state: 'posted', cents: amount, original: undefined, effectiveAt: transactionDate },
      );
    };
  };
  /** Some of a sale, all that is left of it, or a little more. */
  const refund = (which: number, part: number): Act => {
    return async (model, real) => {
      const isRefundable = (one: ModelTransaction): boolean => one.type === 'sale' || model.isCapture(one);
      // The same few again and again: what a refund may be depends on those before it.
      const some = model.transactions.filter(isRefundable).slice(0, 4);
      const original = pick(which % 5 === 0 ? model.transactions : some, which);
      if (!original) return;
      const rest = original.cents - model.refunded(original);
      const amount = part % 3 === 0 ? part : Math.max(rest + (part % 3 === 1 ? 0 : 1), 1);
      const expected = (): string | undefined => {
        if (!isRefundable(original) || original.state !== 'posted') return 'FINANCE.NOT_REFUNDABLE';
        if (model.isReversed(original)) return 'FINANCE.ORIGINAL_REVERSED';
        if (model.refunded(original) + amount > original.cents) return 'FINANCE.REFUND_EXCEEDS_ORIGINAL';
        const back = original.legs.map(({ account, cents: own }) => ({ account, cents: -Math.sign(own) * amount }));
        return model.isCapture(original) ? limit(model.keepsLimits(back, false)) : undefined;
      };
      const body = {
        type: 'refund',
        amount: money(amount),
        originalTransactionId: original.id,
        ...(original.type === 'sale' && { paymentMethod: real.name }),
      };
      await ask(
        model,
        real,
        { route: 'transactions/record', body, expected: expected() },
        { type: 'refund', state: 'posted', cents: amount, original },
      );
    };
  };
  const reverse = (which: number): Act => {
    return async (model, real) => {
      const refunds = model.transactions.filter(({ type }) => type === 'refund');
      const original = pick(which % 2 === 0 ? model.transactions : refunds, which);
      if (!original) return;
      const isRefused =
        model.isReversed(original) ||
        original.type === 'reversal' ||
        original.state !== 'posted' ||
        model.refunded(original) > 0;
      const back = original.legs.map(({ account, cents: amount }) => ({ account, cents: -amount }));
      const expected = isRefused ? 'FINANCE.NOT_REVERSIBLE' : limit(model.keepsLimits(back, false));
      await ask(
        model,
        real,
        { route: `transactions/${original.id}/reverse`, body: {}, expected },
        { type: 'reversal', state: 'posted', cents: original.cents, original },
      );
    };
  };
  const capture = (which: number, part: number, isFinal: boolean): Act => {
    return async (model, real) => {
      const original = pick(
        model.transactions.filter(({ state }) => state !== 'posted'),
        which,
      );
      if (!original) return;
      const held = original.cents - model.captured(original);
      const amount = part === 0 ? held : part;
      const share = original.legs.map(({ account, cents: own }) => ({ account, cents: Math.sign(own) * amount }));
      const letGo = isFinal ? held : amount;
      const expected = (): string | undefined => {
        if (original.state !== 'pending') return 'FINANCE.NOT_PENDING';
        if (amount > held) return 'FINANCE.CAPTURE_EXCEEDS_PENDING';
        const released = original.legs.map(({ account, cents: own }) => ({ account, cents: Math.sign(own) * letGo }));
        return limit(model.keepsLimits(share, false, released));
      };
      const body = { ...(part !== 0 && { amount: money(amount) }), ...(!isFinal && { final: false }) };
      const verdict = expected();
      if (verdict === undefined && letGo === held) original.state = 'captured';
      await ask(
        model,
        real,
        { route: `transactions/${original.id}/capture`, body, expected: verdict },
        { type: 'journal', state: 'posted', cents: amount, original },
      );
    };
  };
  const voidIt = (which: number): Act => {
    return async (model) => {
      const original = pick(
        model.transactions.filter(({ state }) => state !== 'posted'),
        which,
      );
      if (!original) return;
      const { status, body } = await ledger.post(`transactions/${original.id}/void`);
      expect(status < 300 ? undefined : body.code).toBe(
        original.state === 'pending' ? undefined : 'FINANCE.NOT_PENDING',
      );
      if (original.state === 'pending') original.state = 'voided';
    };
  };
  const repeat = (which: number): Act => {
    return async (_, real) => {
      const asked = pick(real.asked, which);
      if (!asked) return;
      const again = await ledger.post(asked.route, asked.body, asked.key);
      const clean = (text: string): string => text.replace(/"(correlationId|errorId)":"[^"]*",?/g, '');
      expect(clean(again.text)).toBe(clean(asked.text));
      expect(again.headers.get('idempotent-replayed')).toBe('true');
    };
  };
  const close = (which: number): Act => {
    return async (_, real) => {
      const month = real.months[which % 2] ?? '';
      const expected = calendar.close(month);
      const { status, body } = await ledger.post(`periods/${month}/close`);
      expect(status < 300 ? undefined : body.code).toBe(expected);
    };
  };
  const look = (which: number, when: number, known: number): Act => {
    return async (model, real) => {
      const account = pick([...model.accounts.keys()], which) ?? '';
      const { outgoing, incoming } = model.held(account);
      const knownAt = pick(model.transactions, known)?.recordedAt;
      const effectiveAt = timeIn(real, when);
      const query = new URLSearchParams({
        ...(effectiveAt && { effectiveAt: effectiveAt.toISOString() }),
        ...(knownAt && { knownAt: knownAt.toISOString() }),
      });
      const { status, body } = await ledger.get<Record<string, string>>(
        `accounts/${account}/balance?${query.toString()}`,
      );
      if (status === 404) return void expect(model.transactions.some(({ type }) => type === 'sale')).toBe(false);
      const posted = model.balance(account, effectiveAt && Number(effectiveAt), knownAt && Number(knownAt));
      expect(body).toMatchObject({
        posted: money(posted),
        pending: money(incoming - outgoing),
        available: money(posted - outgoing),
      });
    };
  };

  const any = fc.nat(50);
  const small = fc.integer({ min: 1, max: 60 }).map((units) => units * 7);
  const step = <T extends unknown[]>(
    name: string,
    args: fc.Arbitrary<T>,
    act: (...args: T) => Act,
  ): fc.Arbitrary<Step> => args.map((values) => new Step(`${name}(${values.join(', ')})`, act(...values)));
  const posting = step('post', fc.tuple(any, any, small, fc.boolean(), any), post);
  const steps = [
    posting,
    posting,
    posting,
    step('sale', fc.tuple(small, fc.nat(20), any), sale),
    step('refund', fc.tuple(any, small), refund),
    step('refund', fc.tuple(any, small), refund),
    step('reverse', fc.tuple(any), reverse),
    step('capture', fc.tuple(any, fc.oneof(fc.constant(0), small), fc.boolean()), capture),
    step('capture', fc.tuple(any, small, fc.constant(false)), capture),
    step('void', fc.tuple(any), voidIt),
    step('repeat', fc.tuple(any), repeat),
    step('close', fc.tuple(any), close),
    step('look', fc.tuple(any, any, any), look),
  ];

  async function begin(): Promise<{ model: LedgerModel; real: Real }> {
    run += 1;
    const name = `run${run}`;
    const accounts = new Map([
      [`assets:${name}:open`, { isDebit: true }],
      [`assets:${name}:purse`, { isDebit: true, min: 0 }],
      [`liabilities:${name}:credit`, { isDebit: false, min: -1_000, max: 1_500 }],
      [`revenue:${name}:fees`, { isDebit: false }],
      [`assets:clearing:${name}:USD`, { isDebit: true }],
    ]);
    const types = ['asset', 'asset', 'liability', 'revenue'];
    for (const [index, [code, { min, max }]] of [...accounts].slice(0, 4).entries()) {
      const limits = {
        ...(min !== undefined && { minBalance: money(min) }),
        ...(max !== undefined && { maxBalance: money(max) }),
      };
      const { status } = await ledger.account(code, { type: types[index], ...limits });
      expect(status).toBe(201);
    }
    const month = (number: number): string => monthOf(new Date(Date.UTC(1971, number)));
    return {
      model: new LedgerModel(accounts, calendar),
      real: { name, months: [month(2 * run), month(2 * run + 1)], asked: [] },
    };
  }

  it('agree on every verdict and balance, whatever happens in which order', async () => {
    const entries = async (): Promise<number> =>
      Number((await app.get(Database).query('SELECT count(*) AS n FROM finance_entry'))[0]?.['n']);
    // How many commands there are is chance too: until they have come to something.
    do await agreeing();
    while ((await entries()) <= 100);
  });

  const agreeing = (): Promise<void> =>
    fc.assert(
      fc.asyncProperty(fc.commands(steps, { size: 'max', maxCommands: STEPS }), async (commands) => {
        const { model, real } = await begin();
        await fc.asyncModelRun(() => ({ model, real }), commands);
        for (const account of model.accounts.keys()) {
          const { status, body } = await ledger.get(`accounts/${account}/balance`);
          if (status === 200) expect(body['posted']).toBe(money(model.balance(account)));
        }
        for (const { id, state } of model.transactions) {
          expect((await ledger.get(`transactions/${id}`)).body).toMatchObject({ state });
        }
      }),
      { numRuns: RUNS },
    );

  it('leave a ledger that adds up and verifies', async () => {
    const [sums] = await app.get(Database).query(`
      SELECT (SELECT count(*)::int FROM finance_entry) AS entries,
        (SELECT count(*)::int FROM (SELECT a.currency FROM finance_entry e JOIN finance_account a ON a.id = e.account_id
           GROUP BY 1 HAVING sum(e.amount) <> 0) AS unbalanced) AS unbalanced,
        (SELECT count(*)::int FROM finance_balance b
           WHERE b.net <> (SELECT coalesce(sum(e.amount), 0) FROM finance_entry e WHERE e.account_id = b.account_id)) AS wrong`);
    expect(sums).toMatchObject({ unbalanced: 0, wrong: 0 });
    expect(Number(sums?.['entries'])).toBeGreaterThan(100);
    expect((await ledger.get('verify')).body).toMatchObject({ valid: true });
  });
});
