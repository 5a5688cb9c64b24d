import fc from 'fast-check';
import { canonicalJson } from './canonical-json.js';

/** The rules of RFC 8785 once more, as plainly as they can be written. */
function plainly(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(plainly).join(',')}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${plainly(member)}`).join(',')}}`;
}

describe('canonicalJson', () => {
  it('sorts members by code units, also those that JavaScript puts first', () => {
    expect(canonicalJson({ b: 1, a: { 9: 1, 10: 2 }, '\u20ac': 0, '\ud83d\ude02': 0, '\ufb33': 0 })).toBe(
      '{"a":{"10":2,"9":1},"b":1,"\u20ac":0,"\ud83d\ude02":0,"\ufb33":0}',
    );
  });

  it('leaves out what is undefined', () => {
    expect(canonicalJson({ a: undefined, b: [{ d: 1, c: undefined }] })).toBe('{"b":[{"d":1}]}');
  });

  it('writes any JSON as the rules say, whatever the order of its members', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(value) === plainly(value)));
  });
});
