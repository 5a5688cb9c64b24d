import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { SecurityConfig } from '#config';
import {
  Clock,
  Ids,
  isUuid,
  RecentMap,
  type Role,
  ROLES,
  TokenExpiredException,
  TokenInvalidException,
} from '#platform/kernel';
import { TokenKeysService } from './token-keys.service.js';
import { TokenIssuerService } from './token-issuer.service.js';

/** Longest token that is looked at, in bytes. */
const MAX_TOKEN_BYTES = 8 * 1024;

/** Three parts of base64url without padding (RFC 7515 §2). */
const COMPACT_FORM = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Media type of access tokens (RFC 9068 §2.1), so that no other token of ours can pass for one. */
const TOKEN_TYPE = 'at+jwt';

/** The client of tokens that a login gave: the service's own front ends. */
const FIRST_PARTY_CLIENT = 'devskyy';

/** Clocks of replicas may differ by this much, in seconds. */
const CLOCK_TOLERANCE = 60;

/** Verified tokens remembered, a few hundred bytes each; the oldest are forgotten first. */
const MAX_REMEMBERED = 10_000;

/** Whose token it is: of a login session, or of an OAuth client (an API key). */
export type TokenHolder = { userId: string; sessionId: string } | { clientId: string };

/** What an access token of ours says. Times in seconds since 1970. */
export type AccessTokenClaims = TokenHolder & { role: Role; tokenId: string; issuedAt: number; expiresAt: number };

/** Issues access tokens (RFC 7519, profile RFC 9068) and applies the checks that the JWT library leaves out. */
@Injectable()
export class AccessTokenService {
  /**
   * What was verified before, by the whole text of the token: a caller sends the same one with every request, and nothing but
   * the time changes what it says. Whether it was taken back is not asked here.
   */
  private readonly verified = new RecentMap<string, AccessTokenClaims>(MAX_REMEMBERED);

  constructor(
    private readonly jwt: JwtService,
    private readonly keys: TokenKeysService,
    private readonly issuer: TokenIssuerService,
    private readonly config: SecurityConfig,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Life of a token, in seconds. */
  get lifetimeSeconds(): number {
    return this.config.accessTokenExpireMinutes * 60;
  }

  async issue(holder: TokenHolder, role: Role): Promise<string> {
    const iat = this.now;
    const whose =
      'clientId' in holder
        ? { sub: holder.clientId, client_id: holder.clientId }
        : { sub: holder.userId, sid: holder.sessionId, client_id: FIRST_PARTY_CLIENT };
    const claims = {
      iss: await this.issuer.announce(),
      aud: this.config.audience,
      ...whose,
      role,
      jti: this.ids.next(),
      iat,
      exp: iat + this.lifetimeSeconds,
    };
    const { key, algorithm, keyId } = this.keys.signing;
    const header = { alg: algorithm, typ: TOKEN_TYPE, ...(keyId === undefined ? {} : { kid: keyId }) };
    return this.jwt.signAsync(claims, { secret: key as unknown as Buffer, algorithm, header });
  }

  /**
   * The claims of a token of ours.
   *
   * @throws TokenExpiredException
   * @throws TokenInvalidException when it is not a token of ours, or lacks a claim
   */
  async verify(token: string): Promise<AccessTokenClaims> {
    const known = this.recall(token);
    if (known) return known;
    const claims = await this.verifyAnew(token);
    this.verified.set(token, claims);
    return claims;
  }

  /** The claims of a token that was verified before and has not expired. */
  recall(token: string): AccessTokenClaims | undefined {
    const claims = this.verified.get(token);
    if (!claims || claims.expiresAt > this.now) return claims;
    this.verified.delete(token);
    return undefined;
  }

  private async verifyAnew(token: string): Promise<AccessTokenClaims> {
    // The library takes a KeyObject, and is many times faster with one; its types know only text and bytes.
    const secret = this.inspect(token) as unknown as Buffer;
    const { algorithms } = this.keys;
    const options = { secret, algorithms, audience: this.config.audience, clockTimestamp: this.now };
    try {
      return await this.readClaims(await this.jwt.verifyAsync<Record<string, unknown>>(token, options));
    } catch (error) {
      if (error instanceof Error && error.name === 'TokenExpiredError') throw new TokenExpiredException();
      throw error instanceof TokenInvalidException ? error : new TokenInvalidException(undefined, { cause: error });
    }
  }

  /**
   * Looks at a token before its signature: size, canonical form and header. The key to verify it with is chosen by us from
   * those we have; the token only says which.
   */
  private inspect(token: string): KeyObject {
    if (token.length > MAX_TOKEN_BYTES || !COMPACT_FORM.test(token)) throw new TokenInvalidException();
    const parts = token.split('.');
    // Spare bits of the last character decode to the same bytes: a token has one spelling, or revoking by it fails.
    if (parts.some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part))
      throw new TokenInvalidException();
    const header = readJson(parts[0] ?? '');
    if (header?.['typ'] !== TOKEN_TYPE || 'crit' in header || 'b64' in header) throw new TokenInvalidException();
    const key = this.keys.find(header['kid'], header['alg']);
    if (!key) throw new TokenInvalidException();
    return key;
  }

  /** Reads the claims of a token whose signature, audience and times were verified. */
  private async readClaims(payload: Record<string, unknown>): Promise<AccessTokenClaims> {
    const { iss, sub, sid, client_id: clientId, role, jti, iat, exp } = payload;
    const isWhole =
      Number.isSafeInteger(iat) && Number.isSafeInteger(exp) && isId(sub) && isId(jti) && ROLES.includes(role as Role);
    if (!isWhole || (iat as number) > this.now + CLOCK_TOLERANCE || !(await this.issuer.isOurs(iss)))
      throw new TokenInvalidException();
    const claims = { role: role as Role, tokenId: jti, issuedAt: iat as number, expiresAt: exp as number };
    if (isId(sid)) return { ...claims, userId: sub, sessionId: sid };
    if (sid !== undefined || clientId !== sub) throw new TokenInvalidException();
    return { ...claims, clientId: sub };
  }

  private get now(): number {
    return Math.floor(this.clock.millis() / 1000);
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && isUuid(value);
}

function readJson(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
