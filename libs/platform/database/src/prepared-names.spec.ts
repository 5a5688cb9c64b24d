import { PreparedNames } from './prepared-names.js';

describe('names of prepared statements', () => {
  it('begin with the second use of a text, one for each', () => {
    const names = new PreparedNames();
    expect(names.nameOf('SELECT $1', [1])).toBeUndefined();
    const name = names.nameOf('SELECT $1', [2]);
    expect(name).toBeDefined();
    expect(names.nameOf('SELECT $1', [3])).toBe(name);
    names.nameOf('SELECT $1 + 1', [1]);
    expect(names.nameOf('SELECT $1 + 1', [1])).not.toBe(name);
  });

  it('are not given to texts without values, which may be commands, nor to those of many rows', () => {
    const names = new PreparedNames();
    const many = new Array<number>(41).fill(0);
    for (let time = 0; time < 3; time++) {
      expect(names.nameOf('BEGIN', [])).toBeUndefined();
      expect(names.nameOf('INSERT', many)).toBeUndefined();
    }
  });

  it('are others after a renewal, so that no connection meets an outdated plan again', () => {
    const names = new PreparedNames();
    names.nameOf('SELECT $1', [1]);
    const before = names.nameOf('SELECT $1', [1]);
    names.renew();
    expect(names.nameOf('SELECT $1', [1])).toBeDefined();
    expect(names.nameOf('SELECT $1', [1])).not.toBe(before);
  });

  it('stay few, however many texts there are', () => {
    const names = new PreparedNames();
    const given = new Set<string | undefined>();
    for (let text = 0; text < 2_000; text++) {
      names.nameOf(`SELECT $1 + ${text}`, [1]);
      given.add(names.nameOf(`SELECT $1 + ${text}`, [1]));
    }
    expect(given.size).toBe(501);
  });
});
