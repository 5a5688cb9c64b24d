import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { startTestApp, type TestApp } from '../../support/test-app.js';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

type Json = Record<string, unknown>;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (header: Json, payload: Json, key: KeyObject = privateKey): string => {
  const body = `${encode(header)}.${encode(payload)}`;
  return `${body}.${sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
};

describe('hostile access tokens', () => {
  let app: TestApp;
  let good: string;
  let header: Json;
  let payload: Json;

  beforeAll(async () => {
    app = await startTestApp({ JWT_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() });
    good = await app.tokenFor('ADMIN');
    [header = {}, payload = {}] = good
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Json);
  });
  afterAll(() => app.close());

  const statusOf = async (token: string): Promise<number> =>
    (await app.call('GET', '/api/v1/auth/me', { token })).status;
  const without = (claim: string): Json => ({ ...payload, [claim]: undefined });

  it('are made by a test that makes good ones too', async () => {
    expect(await statusOf(good)).toBe(200);
    expect(await statusOf(signed(header, payload))).toBe(200);
  });

  const cases: [string, () => string][] = [
    ['of algorithm none', () => `${encode({ ...header, alg: 'none' })}.${encode(payload)}.`],
    [
      'of HS256 under the public key',
      () => {
        const body = `${encode({ ...header, alg: 'HS256' })}.${encode(payload)}`;
        const pem = publicKey.export({ type: 'spki', format: 'pem' });
        return `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`;
      },
    ],
    ['of another key', () => signed(header, payload, stranger.privateKey)],
    [
      'that brings its key along',
      () => signed({ ...header, jwk: stranger.publicKey.export({ format: 'jwk' }) }, payload, stranger.privateKey),
    ],
    [
      'that says where its key is',
      () => signed({ ...header, jku: 'https://evil.example' }, payload, stranger.privateKey),
    ],
    ['with an unknown key id', () => signed({ ...header, kid: 'other' }, payload)],
    ['with a key id that is a path', () => signed({ ...header, kid: '../../dev/null' }, payload)],
    ['with a key id that is an object', () => signed({ ...header, kid: { a: 1 } }, payload)],
    ['with a key id that injects', () => signed({ ...header, kid: "' OR 1=1 --" }, payload)],
    ['without a key id', () => signed({ ...header, kid: undefined }, payload)],
    ['with crit', () => signed({ ...header, crit: ['x'], x: 1 }, payload)],
    ['with b64', () => signed({ ...header, b64: false }, payload)],
    ['of type JWT', () => signed({ ...header, typ: 'JWT' }, payload)],
    ['of no type', () => signed({ ...header, typ: undefined }, payload)],
    ['of the type of the second factor', () => signed({ ...header, typ: 'mfa+jwt' }, payload)],
    ...['iss', 'aud', 'sub', 'sid', 'role', 'jti', 'iat', 'exp'].map((claim): [string, () => string] => [
      `without ${claim}`,
      () => signed(header, without(claim)),
    ]),
    ['of another audience', () => signed(header, { ...payload, aud: 'other' })],
    ['of another issuer', () => signed(header, { ...payload, iss: 'https://evil.example' })],
    ['of another issuer without TLS', () => signed(header, { ...payload, iss: 'http://evil.example' })],
    ['of another port of this host', () => signed(header, { ...payload, iss: 'http://127.0.0.1:1' })],
    ['of the issuer over TLS', () => signed(header, { ...payload, iss: app.url.replace('http:', 'https:') })],
    ['of the issuer with a slash', () => signed(header, { ...payload, iss: `${app.url}/` })],
    ['of several issuers', () => signed(header, { ...payload, iss: [app.url] })],
    ['of a higher role', () => signed(header, { ...payload, role: 'SUPER_ADMIN' })],
    ['of an unknown role', () => signed(header, { ...payload, role: 'ROOT' })],
    ['of another session', () => signed(header, { ...payload, sid: randomUUID() })],
    ['of another user', () => signed(header, { ...payload, sub: randomUUID() })],
    ['that is expired', () => signed(header, { ...payload, exp: Number(payload['iat']) - 1 })],
    ['that expires as text', () => signed(header, { ...payload, exp: '9999999999' })],
    ['that expires never', () => signed(header, { ...payload, exp: 1e308 })],
    ['of the future', () => signed(header, { ...payload, iat: Number(payload['iat']) + 3600 })],
    ['with padding', () => `${good}=`],
    [
      'with spare bits',
      () =>
        `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : String.fromCharCode(good.charCodeAt(good.length - 1) + 1)}`,
    ],
    ['of two parts', () => good.split('.').slice(0, 2).join('.')],
    ['of four parts', () => `${good}.x`],
    ['that is no JSON', () => `${Buffer.from('{').toString('base64url')}.${good.split('.').slice(1).join('.')}`],
    ['whose payload is a list', () => signed(header, [] as unknown as Json)],
    ['larger than 8 KB', () => signed(header, { ...payload, pad: 'x'.repeat(7_000) })],
  ];

  it.each(cases)('are refused: %s', async (_, make) => {
    expect(await statusOf(make())).toBe(401);
  });
});
