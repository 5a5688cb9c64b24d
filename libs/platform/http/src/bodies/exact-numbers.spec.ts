import fc from 'fast-check';
import { withExactNumbers } from './exact-numbers.js';

const read = (json: string): unknown => JSON.parse(withExactNumbers(json));

describe('exact numbers', () => {
  it.each([
    ['70368744177664.01', '70368744177664.01'],
    ['19.999999999999999999', '19.999999999999999999'],
    ['8796093022208.001', '8796093022208.001'],
    ['9007199254740993', '9007199254740993'],
    ['-0.10000000000000001', '-0.10000000000000001'],
    ['1e400', '1e400'],
    ['-1e400', '-1e400'],
    ['1e-400', '1e-400'],
    ['90071992547409.91', '90071992547409.91'],
    ['0.30000000000000004', 0.30000000000000004],
    ['9007199254740991', 9007199254740991],
    ['100000000000000000000', 100000000000000000000],
    ['1.50000000000000000000', 1.5],
    ['0.00000000000000000000', 0],
    ['-0', -0],
    ['1e5', 1e5],
    ['12.5E-1', 1.25],
    ['1E+2', 100],
  ])('reads %s as %j', (text, expected) => {
    expect(read(`{"a":[ ${text} ,{"b":${text}}],"c":${text}}`)).toEqual({
      a: [expected, { b: expected }],
      c: expected,
    });
    expect(read(text)).toBe(expected);
  });

  it('leaves texts and names alone, whatever is in them', () => {
    const json = JSON.stringify({
      '1e400': '19.999999999999999999',
      'a"1e400': ['\\', '\\"', '-19.999999999999999999"'],
    });
    expect(withExactNumbers(json)).toBe(json);
  });

  it('takes no longer for the zeros in a number', () => {
    const long = `1${'0'.repeat(2_000_000)}1`;
    expect(read(`[${long},1.${long}]`)).toEqual([long, `1.${long}`]);
  });

  it('says the same as JSON.parse wherever that is exact, and leaves what is no JSON as it is none', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (json) => {
        expect(read(json)).toEqual(JSON.parse(json));
      }),
    );
    for (const wrong of ['1e', '-', '{"a":-}', '"1e400', '1e400 1e400', '01e400x', '[1e400', '--1e400'])
      expect(() => read(wrong)).toThrow(SyntaxError);
  });
});
