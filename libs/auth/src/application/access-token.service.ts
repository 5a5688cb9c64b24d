import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { EnvironmentConfig, SecurityConfig, ServerConfig } from '#config';
import { Clock, Ids, isUuid, type Role, TokenInvalidError } from '#platform/kernel';

/** Longest token that is looked at, in bytes. */
const MAX_TOKEN_BYTES = 8 * 1024;

/** Three parts of base64url without padding (RFC 7515 §2). */
const COMPACT_FORM = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Media type of access tokens (RFC 9068 §2.1), so that no other token of ours can pass for one. */
const TOKEN_TYPE = 'at+jwt';

/** An issuer of another replica of a service whose PUBLIC_URL is not set: the same kind of address, another port. */
const LOCAL_ISSUER = /^http:\/\/[A-Za-z0-9.:[\]-]+$/;

/** What an access token of ours says. */
export interface AccessTokenClaims {
  userId: string;
  sessionId: string;
  role: Role;
}

/** Issues access tokens (RFC 7519, profile RFC 9068) and applies the checks that the JWT library leaves out. */
@Injectable()
export class AccessTokenService {
  constructor(
    private readonly jwt: JwtService,
    private readonly security: SecurityConfig,
    private readonly server: ServerConfig,
    private readonly environment: EnvironmentConfig,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Life of a token, in seconds. */
  get lifetimeSeconds(): number {
    return this.security.accessTokenExpireMinutes * 60;
  }

  /** The `iss` of our tokens: `PUBLIC_URL`, else the address listened on. */
  get issuer(): string {
    const host = this.server.host ?? (this.environment.isProduction ? '0.0.0.0' : '127.0.0.1');
    return this.server.publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${this.server.port}`;
  }

  issue({ userId, sessionId, role }: AccessTokenClaims): Promise<string> {
    const iat = Math.floor(this.clock.millis() / 1000);
    const claims = {
      iss: this.issuer,
      aud: this.security.audience,
      sub: userId,
      sid: sessionId,
      role,
      jti: this.ids.next(),
      iat,
      exp: iat + this.lifetimeSeconds,
    };
    return this.jwt.signAsync(claims, { header: { alg: 'HS256', typ: TOKEN_TYPE } });
  }

  /**
   * Looks at a token before its signature: size, canonical form and header.
   *
   * @throws TokenInvalidError
   */
  inspect(token: string): void {
    if (token.length > MAX_TOKEN_BYTES || !COMPACT_FORM.test(token)) throw new TokenInvalidError();
    const parts = token.split('.');
    // Spare bits of the last character decode to the same bytes: a token has one spelling, or revoking by it fails.
    if (parts.some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part))
      throw new TokenInvalidError();
    const header = readJson(parts[0] ?? '');
    const isOurs = header?.['alg'] === this.security.algorithm && header['typ'] === TOKEN_TYPE;
    if (!isOurs || 'crit' in header || 'b64' in header) throw new TokenInvalidError();
  }

  /**
   * Reads the claims of a token whose signature, audience and times were verified.
   *
   * @throws TokenInvalidError when a claim is missing or has the wrong form
   */
  readClaims(payload: Record<string, unknown>): AccessTokenClaims {
    const { iss, sub, sid, role, jti, iat, exp } = payload;
    const hasTimes = Number.isSafeInteger(iat) && Number.isSafeInteger(exp);
    const isIssuer = typeof iss === 'string' && (this.server.publicUrl ? iss === this.issuer : LOCAL_ISSUER.test(iss));
    const texts = [sub, sid, role, jti].every((claim) => typeof claim === 'string');
    if (!hasTimes || !isIssuer || !texts || !isUuid(sub as string) || !isUuid(sid as string))
      throw new TokenInvalidError();
    return { userId: sub as string, sessionId: sid as string, role: role as Role };
  }
}

function readJson(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
