import { matchTotp, otpauthUri, toBase32, totpCode, totpStep } from './totp.js';

/** The secret of RFC 6238, appendix B. */
const SECRET = Buffer.from('12345678901234567890');

describe('TOTP', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('makes the code of RFC 6238 at %i s', (seconds, code) => {
    expect(totpCode(SECRET, totpStep(seconds * 1000))).toBe(code);
  });

  it('accepts the step before and after, and no other', () => {
    const now = 1_234_567_890_000;
    const step = totpStep(now);
    const steps = [-2, -1, 0, 1, 2].map((away) => matchTotp(SECRET, totpCode(SECRET, step + away), now));
    expect(steps).toEqual([undefined, step - 1, step, step + 1, undefined]);
  });

  it('writes secrets as apps read them', () => {
    expect(toBase32(Buffer.from('foobar'))).toBe('MZXW6YTBOI');
    expect(otpauthUri(SECRET, 'DevSkyy', 'ada@example.com')).toBe(
      'otpauth://totp/DevSkyy:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=DevSkyy&algorithm=SHA1&digits=6&period=30',
    );
  });
});
