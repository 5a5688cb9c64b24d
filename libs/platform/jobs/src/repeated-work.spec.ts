import { setTimeout as sleep } from 'node:timers/promises';
import { RepeatedWork } from './repeated-work.js';

/** Work that goes on until `finish` is called. */
class Held {
  readonly failures: unknown[] = [];
  atOnce = 0;
  most = 0;
  begun = 0;
  private end: (() => void) | undefined;

  readonly work = async (): Promise<void> => {
    this.begun += 1;
    this.most = Math.max(this.most, ++this.atOnce);
    await new Promise<void>((resolve) => (this.end = resolve));
    this.atOnce -= 1;
  };

  async finish(): Promise<void> {
    this.end?.();
    await sleep(1);
  }
}

describe('repeated work', () => {
  it('is done once more when it was asked for meanwhile, never twice at a time', async () => {
    const held = new Held();
    const repeated = new RepeatedWork(60_000, held.work, (error) => held.failures.push(error));
    for (let n = 0; n < 3; n++) repeated.wake();
    expect(held.begun).toBe(1);
    await held.finish();
    expect(held.begun).toBe(2);
    await held.finish();
    expect([held.begun, held.most]).toEqual([2, 1]);
  });

  it('goes on after a failure, and ends what is under way before it stops', async () => {
    const failures: unknown[] = [];
    let [done, isOver] = [0, false];
    const repeated = new RepeatedWork(
      5,
      () => (++done === 2 ? Promise.reject(new Error('away')) : sleep(2)),
      (error) => failures.push(error),
    );
    repeated.start();
    while (done < 4) await sleep(2);
    repeated.wake();
    await repeated.stop().then(() => (isOver = true));
    const after = done;
    repeated.wake();
    await sleep(20);
    expect([failures.length, isOver, done]).toEqual([1, true, after]);
  });

  it('tells that it fails once, and again when it had worked meanwhile', async () => {
    const failures: number[] = [];
    let done = 0;
    const repeated = new RepeatedWork(
      5,
      () => ([1, 2, 4].includes(++done) ? Promise.reject(new Error('away')) : Promise.resolve()),
      () => failures.push(done),
    );
    repeated.start();
    while (done < 5) await sleep(2);
    await repeated.stop();
    expect(failures).toEqual([1, 4]);
  });
});
