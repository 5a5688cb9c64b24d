import { setTimeout as sleep } from 'node:timers/promises';
import { type Delivery, type DeliveryLimits, type DeliveryResult, Outbox, type OutboxRows } from './outbox.js';

interface Row extends Delivery {
  attempts: number;
  due: boolean;
}

/** Rows in memory; what fails is due again at once. */
class MemoryRows implements OutboxRows<Row> {
  readonly settled: [id: string, error: string | undefined, retryInSeconds: number | undefined][] = [];
  rows: Row[] = [];
  isAway = false;

  add(receiver: string, count = 1): void {
    for (; count > 0; count--) this.rows.push({ id: `${receiver}${count}`, receiver, attempts: 0, due: true });
  }

  claim(limits: DeliveryLimits, _: number, busy: readonly string[]): Promise<Row[]> {
    if (this.isAway) return Promise.reject(new Error('away'));
    const taken: Row[] = [];
    for (const row of this.rows) {
      const ofOne = taken.filter(({ receiver }) => receiver === row.receiver).length;
      if (!row.due || busy.includes(row.receiver) || ofOne === limits.ofOne || taken.length === limits.inAll) continue;
      row.due = false;
      row.attempts += 1;
      taken.push(row);
    }
    return Promise.resolve(taken);
  }

  settle(row: Row, { error }: DeliveryResult, retryInSeconds: number | undefined): Promise<void> {
    if (this.isAway) return Promise.reject(new Error('away'));
    this.settled.push([row.id, error, retryInSeconds]);
    if (retryInSeconds === undefined) this.rows = this.rows.filter((other) => other !== row);
    else row.due = true;
    return Promise.resolve();
  }
}

const start = (
  rows: MemoryRows,
  deliver: (row: Row) => Promise<DeliveryResult>,
): { outbox: Outbox<Row>; outcomes: string[]; failures: unknown[] } => {
  const [outcomes, failures]: [string[], unknown[]] = [[], []];
  const outbox = new Outbox(rows, {
    everyMs: 60_000,
    limits: { inAll: 6, ofOne: 2 },
    deliver,
    retryAfterSeconds: ({ attempts }) => (attempts < 3 ? attempts : undefined),
    outcomes: { inc: ({ outcome }) => outcomes.push(outcome) },
    onFailure: (error) => failures.push(error),
  });
  outbox.wake();
  return { outbox, outcomes, failures };
};

describe('an outbox', () => {
  it('delivers all that is due, to each receiver a few at a time', async () => {
    const rows = new MemoryRows();
    rows.add('a', 5);
    const [atOnce, seen]: [number[], string[]] = [[], []];
    let under = 0;
    const { outbox, outcomes } = start(rows, async ({ id }) => {
      atOnce.push(++under);
      await sleep(1);
      under -= 1;
      seen.push(id);
      return {};
    });
    while (rows.rows.length > 0) await sleep(1);
    await outbox.stop();
    expect(seen.toSorted()).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
    expect(Math.max(...atOnce)).toBe(2);
    expect(outcomes).toEqual(Array(5).fill('delivered'));
  });

  it('tries again what failed or was refused, and gives up when it is told to', async () => {
    const rows = new MemoryRows();
    rows.add('a');
    const { outbox, outcomes } = start(rows, ({ attempts }) =>
      attempts === 1 ? Promise.reject(new Error('refused')) : Promise.resolve({ status: 500, error: 'answered 500' }),
    );
    while (rows.rows.length > 0) await sleep(1);
    await outbox.stop();
    expect(rows.settled).toEqual([
      ['a1', 'Error: refused', 1],
      ['a1', 'answered 500', 2],
      ['a1', 'answered 500', undefined],
    ]);
    expect(outcomes).toEqual(['failed', 'failed', 'given_up']);
  });

  it('lets nobody wait for a receiver that does not answer, and ends with what was begun', async () => {
    const rows = new MemoryRows();
    rows.add('stuck', 4);
    rows.add('prompt', 4);
    let answer = (): void => undefined;
    const stuck = new Promise<void>((resolve) => (answer = resolve));
    const { outbox } = start(rows, async ({ receiver }) => {
      if (receiver === 'stuck') await stuck;
      return {};
    });
    while (rows.settled.length < 4) await sleep(1);
    expect(rows.settled.every(([id]) => id.startsWith('prompt'))).toBe(true);
    let isOver = false;
    const stopped = outbox.stop().then(() => (isOver = true));
    await sleep(5);
    expect(isOver).toBe(false);
    answer();
    await stopped;
    expect(rows.settled).toHaveLength(6);
  });

  it('tells that the rows cannot be asked, and goes on when they can', async () => {
    const rows = new MemoryRows();
    rows.add('a');
    rows.isAway = true;
    const { outbox, failures } = start(rows, () => Promise.resolve({}));
    await sleep(2);
    outbox.wake();
    await sleep(2);
    expect(failures).toEqual([new Error('away')]);
    rows.isAway = false;
    outbox.wake();
    while (rows.rows.length > 0) await sleep(1);
    await outbox.stop();
  });
});
