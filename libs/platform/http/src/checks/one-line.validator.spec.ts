import { isOneLine } from './one-line.validator.js';

describe('names of one line', () => {
  it.each(['Ada Lovelace', "O'Neil-Łukasz", '山田 太郎', 'محمد', 'می\u200cخواهم', '👩\u200d🔬'])('are %j', (name) => {
    expect(isOneLine(name)).toBe(true);
  });

  it.each([
    '',
    '  ',
    '\u3000',
    'a\nb',
    'a\r',
    'a\tb',
    'a\0',
    'a\u0085b',
    'a\u2028b',
    'a\u2029b',
    'a\u202Eb',
    'a\u2066b',
    'a\u009b',
    5,
    null,
    undefined,
  ])('are not %j', (name) => {
    expect(isOneLine(name)).toBe(false);
  });
});
