import { differences, fingerprintOf, sortedJson } from './request-fingerprint.js';

/** What fingerprints were made of before it was written anew for speed: those that are kept must stay good. */
function former(value: unknown): string {
  return JSON.stringify(value, (_key, child: unknown) => {
    if (typeof child === 'bigint') return child.toString();
    return typeof child === 'object' && child !== null && !Array.isArray(child)
      ? Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)))
      : child;
  });
}

describe('a fingerprint', () => {
  it.each([
    [{ b: 1, a: { d: [1, { f: 2, e: undefined }], c: null } }],
    [{ b10: 1, b9: 2, 10: 'x', 9: 'y', '01': 0, '-1': 0, 4294967294: 1, 4294967295: 2, 1e21: 3, '': 4 }],
    [[undefined, () => 1, Symbol('x'), Number.NaN, -0, 1e300, 'é\u2028"\\']],
    [{ at: new Date(0), n: 12n, list: [new Date(1), 1n], own: { toJSON: () => ({ b: 1, a: 2 }) }, not: { toJSON: 1 } }],
    [{ ünï: 1, 'a b': 2, A: 3, a: 4, '\ud83d\ude00': 5, z: [[[]], {}] }],
    [JSON.parse('{"__proto__": {"b": 1, "a": 2}, "constructor": 3}')],
    ['text'],
    [null],
    [true],
  ])('is of the same text as before: %j', (value) => {
    expect(sortedJson(value)).toBe(former(value));
  });

  it('names the fields that differ, whatever the order of members', () => {
    const before = fingerprintOf({ a: { x: 1, y: 2 }, b: [1, 2], c: undefined });
    expect(differences(before, fingerprintOf({ b: [1, 2], a: { y: 2, x: 1 } }))).toEqual([]);
    const fields = differences(before, fingerprintOf({ a: { x: 1, y: 3 }, b: [2, 1] })).map(({ path }) => path);
    expect(fields).toEqual(['a', 'b']);
  });
});
