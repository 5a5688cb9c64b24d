import { scrubText } from './scrub-text.js';
import { scrub } from './scrubber.js';
import { isSecretKey } from './secret-names.js';
import { REDACTED } from './secret-shapes.js';

const SECRET = 'hunter2-very-secret';

describe('scrubText', () => {
  it.each([
    `password=${SECRET}`,
    `E: password=${SECRET}`,
    `Error: token: "${SECRET}"`,
    `https://example.com/?api_key=${SECRET}&page=2`,
    `https://user:${SECRET}@example.com/`,
    `Authorization: Token ${SECRET}`,
    `authorization=Digest username="x", response=${SECRET}`.replace('"x", ', 'x, '),
    `Cookie: a=b; session=${SECRET}`,
    `Set-Cookie: id=${SECRET}; Path=/`,
    `{"password":"${SECRET}"}`,
    `{"password": "${SECRET} with \\" quotes ${SECRET}"}`,
    JSON.stringify({ body: JSON.stringify({ password: SECRET }) }),
    JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ clientSecret: SECRET }) }) }),
    `password="${SECRET} never closed`,
    `{'api_key': '${SECRET}'}`,
    `level=info msg=x access_key=${SECRET}`,
  ])('takes the secret out of %s', (text) => {
    expect(scrubText(text)).not.toContain(SECRET);
    expect(scrubText(text)).toContain(REDACTED);
  });

  it.each([
    'author=someone',
    'tokenCount: 12',
    'TypeError: cannot read x of undefined',
    'at f (/srv/app/src/a.ts:1:2)',
    'duplicate key value violates unique constraint "user_email_key"',
  ])('leaves %s as it is', (text) => expect(scrubText(text)).toBe(text));

  it('keeps what is beside a secret', () => {
    expect(scrubText(`/x?page=2&token=${SECRET}&sort=name`)).toBe(`/x?page=2&token=${REDACTED}&sort=name`);
  });

  it('stays quick on text made to be slow', () => {
    const start = performance.now();
    for (const text of ['\\'.repeat(50_000), '"a'.repeat(25_000), 'a:'.repeat(25_000), 'password="'.repeat(5_000)])
      scrubText(text);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe('scrub', () => {
  it('hides fields by name at any depth and leaves the rest', () => {
    expect(scrub({ user: { password: SECRET, name: 'x', pins: [{ otp: '1' }] }, tokenCount: 3 })).toEqual({
      user: { password: REDACTED, name: 'x', pins: [{ otp: REDACTED }] },
      tokenCount: 3,
    });
  });

  it('judges names by their words', () => {
    expect(['x-api-key', 'userPassword', 'sessionId'].every(isSecretKey)).toBe(true);
    expect(['author', 'monkey', 'tokenCount', 'keyboard'].some(isSecretKey)).toBe(false);
  });
});
