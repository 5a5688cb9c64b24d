import { randomUUID } from 'node:crypto';
import { Database } from '#platform/database';
import { startTestApp, type TestApp } from '../../../../test/support/test-app.js';
import type { Bulletin } from './bulletin.js';
import { BulletinMakingService } from './bulletin-making.service.js';
import { BulletinRepository } from './bulletin.repository.js';

const NOTE = `INSERT INTO dashboard_change (kind, subject_id, event_seq, event_type) VALUES ('task', $1, 1, 'queued')`;

describe('bulletins', () => {
  let apps: TestApp[];
  let database: Database;
  let bulletins: BulletinRepository;

  beforeAll(async () => {
    const app = await startTestApp();
    apps = [app, await startTestApp({ AGENTS_RUN_IN_PROCESS: 'false' }, app)];
    database = app.get(Database);
    bulletins = app.get(BulletinRepository);
  });
  afterAll(async () => {
    for (const app of [...apps].reverse()) await app.close();
  });

  const catchUp = (replica = 0): Promise<number> => (apps[replica] as TestApp).get(BulletinMakingService).catchUp();
  const all = (): Promise<Bulletin[]> => bulletins.between(0, Number.MAX_SAFE_INTEGER, 10_000);
  const subjects = async (): Promise<string[]> => (await all()).flatMap(({ changes }) => changes.map(({ id }) => id));

  it('tell of each change once, whoever makes them and in whatever order changes are committed', async () => {
    const ids = Array.from({ length: 200 }, (): string => randomUUID());
    let isOver = false;
    const making = [0, 1].map(async (replica) => {
      while (!isOver) await catchUp(replica);
    });
    // Noted one after the other, committed as it comes.
    await Promise.all(
      ids.map((id) =>
        database.transaction(async (tx) => {
          await tx.execute(NOTE, [id]);
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 300));
        }),
      ),
    );
    isOver = true;
    await Promise.all(making);
    await catchUp();
    const made = await all();
    expect((await subjects()).filter((id) => ids.includes(id)).sort()).toEqual([...ids].sort());
    const first = made[0]?.number ?? 0;
    expect(made.map(({ number }) => number)).toEqual(made.map((_, index) => first + index));
    // Nothing of the chains is left out or told twice either.
    for (const [index, { audit, blocks }] of made.entries()) {
      const before = made[index - 1];
      if (before) expect([audit.after, blocks.after]).toEqual([before.audit.to, before.blocks.to]);
    }
  });

  it('are as many as it takes', async () => {
    const id = randomUUID();
    const before = await catchUp();
    await database.execute(
      `INSERT INTO dashboard_change (kind, subject_id, event_seq, event_type)
       SELECT 'task', $1, n, 'queued' FROM generate_series(1, 2500) n`,
      [id],
    );
    const last = await catchUp();
    expect(last).toBeGreaterThanOrEqual(before + 3);
    const told = (await bulletins.between(before + 1, last, 100)).flatMap(({ changes }) => changes);
    expect(told.filter((change) => change.id === id).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 2500 }, (_, index) => index + 1),
    );
    expect(await bulletins.isWaiting()).toBe(false);
  });

  it('are not made when nothing happened', async () => {
    const last = await catchUp();
    expect(await catchUp(1)).toBe(last);
  });

  it('are removed when nobody can go on behind them any more, but for the last', async () => {
    await database.execute(NOTE, [randomUUID()]);
    const last = await catchUp();
    await bulletins.removeOlderThan(3_600);
    expect((await all()).length).toBeGreaterThan(1);
    await database.execute(`UPDATE dashboard_bulletin SET made_at = now() - interval '2 hours'`);
    await bulletins.removeOlderThan(3_600);
    expect((await all()).map(({ number }) => number)).toEqual([last]);
    await database.execute(NOTE, [randomUUID()]);
    expect(await catchUp()).toBeGreaterThan(last);
  });
});
