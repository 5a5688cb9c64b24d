import fc from 'fast-check';
import { CanonicalText, canonicalJson } from './canonical-json.js';

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

  it('takes over a text that was made before', () => {
    const made = new CanonicalText({ b: 1, a: [{ d: 1, c: 2 }] });
    expect(made.text).toBe('{"a":[{"c":2,"d":1}],"b":1}');
    expect(canonicalJson(made)).toBe(made.text);
    expect(canonicalJson({ z: 1, y: made })).toBe(`{"y":${made.text},"z":1}`);
    expect(canonicalJson({ y: made, z: null })).toBe(`{"y":${made.text},"z":null}`);
    expect(canonicalJson([made, null, undefined])).toBe(`[${made.text},null,null]`);
  });

  it('leaves out what is undefined', () => {
    expect(canonicalJson({ a: undefined, b: [{ d: 1, c: undefined }] })).toBe('{"b":[{"d":1}]}');
  });

  it('writes any JSON as the rules say, whatever the order of its members', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(value) === plainly(value)));
  });
});
