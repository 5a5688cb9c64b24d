import fc from 'fast-check';
import { emailKey, foldCase, formerKey, usernameKey } from './identity-key.js';

describe('emailKey', () => {
  it.each([
    ['É@x.test', 'é@x.test'],
    ['e\u0301@x.test', '\u00c9@x.test'],
    ['a@bücher.test', 'A@XN--BCHER-KVA.test'],
    ['a@bu\u0308cher.test', 'a@BÜCHER.test'],
    ['a@ｂｕｃｈ.test', 'a@buch.test'],
    ['straße@x.test', 'STRASSE@x.test'],
    ['ΟΔΟΣ@x.test', 'οδος@x.test'],
    ['\u212alaus@x.test', 'klaus@x.test'],
    [' \u00a0a@x.test\t', 'a@x.test'],
  ])('is one for %j and %j', (one, other) => expect(emailKey(one)).toBe(emailKey(other)));

  it.each([
    ['e@x.test', 'é@x.test'],
    ['a@x.test', 'a@y.test'],
    ['a.b@x.test', 'ab@x.test'],
    ['a+b@x.test', 'a@x.test'],
    ['²@x.test', '2@x.test'],
  ])('is another for %j and %j', (one, other) => expect(emailKey(one)).not.toBe(emailKey(other)));

  it('keeps a domain that is no name of the DNS apart from others', () => {
    expect(emailKey('a@-.test')).toBe(emailKey('A@-.TEST'));
    expect(emailKey('a@[::1]')).not.toBe(emailKey('a@[::2]'));
  });

  it('is the key of itself, however the text was composed', () => {
    const letters = fc.array(fc.constantFrom(...'aBéÉßſΣςİıǅﬁ²Å\u212b\u0301\u0323.+-1'), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(letters, (parts) => {
        const email = `${parts.join('')}@bücher.test`;
        const key = emailKey(email);
        for (const form of ['NFC', 'NFD'] as const) expect(emailKey(email.normalize(form))).toBe(key);
        expect(emailKey(email.toLowerCase())).toBe(key);
        expect(emailKey(key)).toBe(key);
      }),
    );
  });
});

describe('other keys', () => {
  it('tell user names apart without case or blanks around them', () => {
    expect(usernameKey(' Ada\n')).toBe(usernameKey('aDA'));
    expect(usernameKey('ada')).not.toBe(usernameKey('ad-a'));
  });

  it('of addresses from before are never those of new ones', () => {
    expect(formerKey('É@X.test')).toBe('=É@x.test');
    expect(formerKey('=a@x.test')).not.toBe(emailKey('=a@x.test'));
  });

  it('fold any text to itself once folded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => expect(foldCase(foldCase(text))).toBe(foldCase(text))),
    );
  });
});
