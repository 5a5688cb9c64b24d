import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { type SecurityConfig } from '#config';
import { type Clock, TokenExpiredException, TokenInvalidException } from '#platform/kernel';
import type { TokenKeysService } from './token-keys.service.js';
import { AccessTokenService } from './access-token.service.js';
import type { TokenIssuerService } from './token-issuer.service.js';

const LIFE_MS = 30 * 60_000;

/** A service on a clock that the test turns, and how often it looked at a signature. */
function serviceAt(start: number) {
  const clock = { now: start };
  const jwt = new JwtService();
  const key = createSecretKey(randomBytes(32));
  const keys = { algorithms: ['HS256'], signing: { key, algorithm: 'HS256', keyId: undefined }, find: () => key };
  const tokens = new AccessTokenService(
    jwt,
    keys as unknown as TokenKeysService,
    {
      announce: () => Promise.resolve('http://localhost'),
      isOurs: () => Promise.resolve(true),
    } as unknown as TokenIssuerService,
    { accessTokenExpireMinutes: 30, audience: 'test' } as SecurityConfig,
    { millis: () => clock.now } as unknown as Clock,
    { next: () => randomUUID() },
  );
  const verifications = jest.spyOn(jwt, 'verifyAsync');
  return { tokens, clock, verifications };
}

describe('a token that was verified before', () => {
  const holder = { userId: randomUUID(), sessionId: randomUUID() };

  it('is not verified again', async () => {
    const { tokens, verifications } = serviceAt(Date.now());
    const token = await tokens.issue(holder, 'ADMIN');
    const claims = await tokens.verify(token);
    expect(claims).toMatchObject({ ...holder, role: 'ADMIN' });
    expect(await tokens.verify(token)).toEqual(claims);
    expect(verifications).toHaveBeenCalledTimes(1);
  });

  it('expires all the same', async () => {
    const { tokens, clock } = serviceAt(Date.now());
    const token = await tokens.issue(holder, 'ADMIN');
    await tokens.verify(token);
    clock.now += LIFE_MS - 1000;
    await tokens.verify(token);
    clock.now += 1000;
    await expect(tokens.verify(token)).rejects.toBeInstanceOf(TokenExpiredException);
    await expect(tokens.verify(token)).rejects.toBeInstanceOf(TokenExpiredException);
  });

  it('says nothing for another with the same claims and a signature that differs', async () => {
    const { tokens } = serviceAt(Date.now());
    const token = await tokens.issue(holder, 'ADMIN');
    await tokens.verify(token);
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const forged = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    await expect(tokens.verify(forged)).rejects.toBeInstanceOf(TokenInvalidException);
    await expect(tokens.verify(forged)).rejects.toBeInstanceOf(TokenInvalidException);
  });

  it('is forgotten when ten thousand others came after it', async () => {
    const { tokens, verifications } = serviceAt(Date.now());
    const first = await tokens.issue(holder, 'ADMIN');
    await tokens.verify(first);
    for (let count = 0; count < 10_000; count++) await tokens.verify(await tokens.issue(holder, 'ADMIN'));
    verifications.mockClear();
    await tokens.verify(first);
    expect(verifications).toHaveBeenCalledTimes(1);
  });
});
