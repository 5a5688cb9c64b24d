import { UuidV7Ids } from '#platform/kernel';
import { idsOfSpan } from './task-search.js';

describe('ids of a span of time', () => {
  const ids = new UuidV7Ids();

  it('are those of the tasks that were made in it, and a minute more', () => {
    const [before, id, after] = [new Date(Date.now() - 1_000), ids.next(), new Date(Date.now() + 1_000)];
    const [first = '', last = ''] = idsOfSpan({ from: before, to: after });
    expect(first < id && id < last).toBe(true);
    const [later = ''] = idsOfSpan({ from: new Date(Date.now() + 59_000) });
    expect(later < id).toBe(true);
    const [tooLate = ''] = idsOfSpan({ from: new Date(Date.now() + 62_000) });
    expect(tooLate > id).toBe(true);
  });

  it('have no bound where there is none, and are ids whatever the time', () => {
    expect(idsOfSpan({})).toEqual([undefined, undefined]);
    expect(idsOfSpan({ from: new Date('1900-01-01'), to: new Date('9999-12-31') })).toEqual([
      '00000000-0000-7000-8000-000000000000',
      'e677ccfa-6a60-7000-8000-000000000000',
    ]);
  });
});
