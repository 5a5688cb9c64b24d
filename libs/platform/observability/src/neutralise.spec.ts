import fc from 'fast-check';
import { neutralise } from './neutralise.js';

describe('neutralise', () => {
  it('makes line breaks and escapes visible', () => {
    expect(neutralise('a\r\nb\t\u001b[31mc\u2028d')).toBe('a\\r\\nb\\t\\u001b[31mc\\u2028d');
  });

  it('keeps the lines of a stack when asked', () => {
    expect(neutralise('a\nb\rc', true)).toBe('a\nb\\rc');
  });

  it('leaves no control character, whatever comes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(neutralise(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      }),
    );
  });
});
