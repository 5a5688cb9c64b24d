import fc from 'fast-check';
import { toKept } from './task-failure.js';

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
