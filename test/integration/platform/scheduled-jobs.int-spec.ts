import { Database } from '#platform/database';
import { ScheduledJobs } from '#platform/jobs';
import { startTestApp, type TestApp } from '../../support/test-app.js';

describe('scheduled jobs', () => {
  let first: TestApp;
  let second: TestApp;
  beforeAll(async () => {
    first = await startTestApp();
    second = await startTestApp({}, first);
  });
  afterAll(async () => {
    await second.close();
    await first.close();
  });

  it('run once across replicas, however many ask at once', async () => {
    let runs = 0;
    const job = {
      name: 'test.once',
      everySeconds: 86_400,
      run: async () => {
        runs += 1;
        await new Promise((resolve) => setTimeout(resolve, 50));
      },
    };
    const asked = Array.from({ length: 20 }, (_, index) =>
      (index % 2 ? first : second).get(ScheduledJobs).runOnce(job),
    );
    expect((await Promise.all(asked)).filter(Boolean).length).toBe(1);
    expect(runs).toBe(1);
  });

  it('are taken up again when the replica that ran them died', async () => {
    let runs = 0;
    const job = { name: 'test.died', everySeconds: 86_400, run: () => Promise.resolve(void (runs += 1)) };
    const failing = { ...job, run: () => Promise.reject(new Error('killed')) };
    await expect(first.get(ScheduledJobs).runOnce(failing)).rejects.toThrow('killed');
    expect(await second.get(ScheduledJobs).runOnce(job)).toBe(false);
    await first.get(Database).query(`UPDATE scheduled_job SET lease_expires_at = now() WHERE name = 'test.died'`);
    expect(await second.get(ScheduledJobs).runOnce(job)).toBe(true);
    expect(runs).toBe(1);
    expect(await first.get(ScheduledJobs).runOnce(job)).toBe(false);
  });

  it('are told to stop when they have taken as long as they may, as another replica may then begin', async () => {
    let ended = 0;
    const job = {
      name: 'test.long',
      everySeconds: 86_400,
      leaseSeconds: 0.2,
      run: (signal: AbortSignal) =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve(void (ended += 1)));
        }),
    };
    expect(await first.get(ScheduledJobs).runOnce(job)).toBe(true);
    expect(ended).toBe(1);
  });
});
