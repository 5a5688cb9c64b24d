import fc from 'fast-check';
import { scrubText } from './scrub-text.js';
import { scrub } from './scrubber.js';
import { isSecretKey } from './secret-names.js';
import { REDACTED } from './secret-shapes.js';

describe('isSecretKey', () => {
  it.each([
    'password',
    'userPassword',
    'PASSWD',
    'x-api-key',
    'apiKey',
    'access_token',
    'refreshToken',
    'Authorization',
    'set-cookie',
    'client_secret',
    'privateKey',
    'sessionId',
    'creditCard',
    'csrf',
    'pin',
    'secretAccessKey',
  ])('finds %s', (key) => expect(isSecretKey(key)).toBe(true));

  it.each([
    'author',
    'authority',
    'authentication_method',
    'tokenCount',
    'maxTokens',
    'tokensIn',
    'tokenType',
    'monkey',
    'keyboard',
    'spinner',
    'pinned',
    'session',
    'side',
    'code',
  ])('lets %s pass', (key) => expect(isSecretKey(key)).toBe(false));
});

describe('scrubText', () => {
  it.each([
    ['Bearer abcdefghijklmnop', 'abcdefghijklmnop'],
    ['postgresql://user:hunter2@db/x', 'hunter2'],
    ['token=abcdef123456', 'abcdef123456'],
    ['{"password":"p4ss w0rd"}', 'p4ss w0rd'],
    ["login failed, password: 'letmein'", 'letmein'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'eyJzdWIiOiIxIn0'],
    ['AKIAIOSFODNN7EXAMPLE was used', 'AKIAIOSFODNN7EXAMPLE'],
    ['key sk-ant-REDACTED', 'api03-abcdefghijk'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----', 'MIIEvQ'],
    ['card 4111 1111 1111 1111', '4111 1111 1111 1111'],
    ['ssn 123-45-6789', '123-45-6789'],
    ['iban DE89370400440532013000', 'DE89370400440532013000'],
    ['at /home/somebody/app/main.js:1:2', 'somebody'],
  ])('takes the secret out of %j', (text, secret) => {
    expect(scrubText(text)).not.toContain(secret);
  });

  it.each([
    'order 4111111111111112 shipped',
    'author: Ada, tokens: 512',
    'http://example.com/a?page=2&limit=3',
    'at Module._compile (node:internal/modules/cjs/loader:1358:14)',
    '01938f6e-4c1a-7d3e-9b2f-5a6c7d8e9f00',
    'duration=12 status=200',
  ])('leaves %j alone', (text) => expect(scrubText(text)).toBe(text));

  it('takes e-mail and IP addresses out when asked', () => {
    const text = 'ada@example.com from 203.0.113.7';
    expect(scrubText(text)).toBe(text);
    expect(scrubText(text, { personal: true })).toBe('***@example.com from ***.***.***.***');
  });
});

describe('scrub', () => {
  it('walks objects, lists and errors at any depth', () => {
    const value = { a: [{ b: { apiKey: 'canary' } }], cause: new Error('password=canary'), count: { tokens: 3 } };
    const result = JSON.stringify(scrub(value));
    expect(result).not.toContain('canary');
    expect(result).toContain('"tokens":3');
    expect(result).toContain(REDACTED);
  });

  it('survives cycles and what JSON cannot hold', () => {
    const cyclic: Record<string, unknown> = { big: 1n, date: new Date(Number.NaN), bytes: Buffer.from('x') };
    cyclic['self'] = cyclic;
    expect(scrub(cyclic)).toEqual({ big: '1', date: null, bytes: '<1 bytes>', self: '<…>' });
  });

  it('never throws and always gives JSON', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => JSON.stringify(scrub(value))).not.toThrow();
      }),
    );
  });
});

describe('fields written as pairs', () => {
  it.each([
    [['X-Api-Key', 'letmein']],
    [{ headers: [['Cookie', 'letmein']] }],
    [{ name: 'password', value: 'letmein' }],
    [[{ key: 'accessToken', value: { raw: 'letmein' } }]],
  ])('are hidden by their name: %j', (value) => expect(JSON.stringify(scrub(value))).not.toContain('letmein'));

  it.each([[['colour', 'blue']], [{ name: 'colour', value: 'blue' }], [['token', 7]], [['a', 'token', 'b']]])(
    'stay when their name is harmless: %j',
    (value) => expect(scrub(value)).toEqual(value),
  );
});

describe('home directories', () => {
  it.each([
    ['/home/ada/x', '/home/***/x'],
    ['file:///Users/ada/x', 'file:///Users/***/x'],
    ['C:\\Users\\ada\\x', 'C:\\Users\\***\\x'],
    ['/srv/home/shop/index.js', '/srv/home/shop/index.js'],
  ])('%s becomes %s', (text, expected) => expect(scrubText(text)).toBe(expected));
});
