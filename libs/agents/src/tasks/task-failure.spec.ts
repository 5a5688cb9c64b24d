import fc from 'fast-check';
import { backoffMs, judge, MAX_RETRY_AFTER_MS, toKept } from './task-failure.js';

describe('a failure as it is kept', () => {
  it('is what was said, when that is short', () => {
    const failure = { code: 'BUSY', message: 'Later' };
    expect(toKept(failure)).toEqual(failure);
    const longest = { code: 'C'.repeat(100), message: 'm'.repeat(1000) };
    expect(toKept(longest)).toEqual(longest);
  });

  it('is cut otherwise, and says something in any case', () => {
    expect(toKept({ code: 'C'.repeat(101), message: 'm'.repeat(1001) })).toEqual({
      code: `${'C'.repeat(99)}…`,
      message: `${'m'.repeat(999)}…`,
    });
    expect(toKept({ code: '', message: '' })).toEqual({
      code: 'AGENT.EXECUTION_FAILED',
      message: 'The agent gave no reason',
    });
  });

  it('can be stored, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 800, maxLength: 1200 }), (message) => {
        const kept = toKept({ code: 'X', message });
        expect(kept.message.length).toBeLessThanOrEqual(1000);
        expect(kept.message.isWellFormed()).toBe(true);
      }),
    );
  });
});

const POLICY = { maxAttempts: 3, initialDelayMs: 1_000, maxDelayMs: 5_000 };

describe('the wait before the next attempt', () => {
  it.each([
    [1, 0, 500],
    [1, 0.5, 750],
    [1, 1, 1_000],
    [2, 0, 1_000],
    [2, 1, 2_000],
    [3, 1, 4_000],
    [4, 0, 2_500],
    [4, 1, 5_000],
    [2_000, 1, 5_000],
  ])('after attempt %i, by %f, is %i ms', (attempt, random, expected) => {
    expect(backoffMs(POLICY, attempt, random)).toBe(expected);
  });

  it('doubles no more than thirty times', () => {
    const patient = { ...POLICY, initialDelayMs: 1, maxDelayMs: Number.MAX_SAFE_INTEGER };
    expect([31, 32].map((attempt) => backoffMs(patient, attempt, 1))).toEqual([2 ** 30, 2 ** 30]);
  });
});

describe('what becomes of a task whose attempt failed', () => {
  const failure = { code: 'BUSY', message: 'Later' };
  const attempt = { failure, retryable: true, blame: 'agent' } as const;
  const verdict = (change: object = {}, task: object = {}): object =>
    judge({ ...attempt, ...change }, { attempt: 1, isCancelRequested: false, ...task }, POLICY, 0);

  it('is another attempt while there are some', () => {
    expect(verdict()).toEqual({ state: 'queued', delayMs: 500 });
    expect(verdict({}, { attempt: 2 })).toEqual({ state: 'queued', delayMs: 1_000 });
    expect(verdict({}, { attempt: 3 })).toEqual({ state: 'dead' });
  });

  it('is the end when another cannot help, or nobody wants it any more', () => {
    expect(verdict({ retryable: false }, { attempt: 3 })).toEqual({ state: 'failed' });
    expect(verdict({ retryable: false }, { isCancelRequested: true })).toEqual({ state: 'cancelled' });
  });

  it('waits as long as the agent asks for, within an hour', () => {
    expect(verdict({ retryAfterMs: 100 })).toEqual({ state: 'queued', delayMs: 500 });
    expect(verdict({ retryAfterMs: 600 })).toEqual({ state: 'queued', delayMs: 600 });
    expect(verdict({ retryAfterMs: 9e9 })).toEqual({ state: 'queued', delayMs: MAX_RETRY_AFTER_MS });
    expect(MAX_RETRY_AFTER_MS).toBe(60 * 60 * 1_000);
  });
});
