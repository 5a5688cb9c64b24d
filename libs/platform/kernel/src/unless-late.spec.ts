import { unlessLate } from './unless-late.js';

describe('what may not take too long', () => {
  const never = new Promise<string>(() => undefined);

  it('comes to its own end, good or bad, in time', async () => {
    expect(await unlessLate(Promise.resolve('done'), 10_000, () => 'late')).toBe('done');
    await expect(unlessLate(Promise.reject(new Error('failed')), 10_000, () => 'late')).rejects.toThrow('failed');
  });

  it('comes to something else when it is late', async () => {
    expect(await unlessLate(never, 1, () => 'late')).toBe('late');
    const failing = unlessLate(never, 1, () => {
      throw new Error('no answer');
    });
    await expect(failing).rejects.toThrow('no answer');
  });

  it('bothers nobody when it fails afterwards', async () => {
    let fail = (_: Error): void => undefined;
    const slow = new Promise<string>((_, reject) => (fail = reject));
    expect(await unlessLate(slow, 1, () => 'late')).toBe('late');
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    fail(new Error('too late'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
