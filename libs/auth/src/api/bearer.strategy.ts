import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { SecurityConfig } from '#config';
import { AuthenticationStrategies, DerivedKeys, type Principal } from '#platform/security';
import { AccessTokenService } from '../application/access-token.service.js';
import { SessionStandingService } from '../application/session-standing.service.js';

/** Authenticates `Authorization: Bearer <access token>` (RFC 6750). */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor(
    private readonly tokens: AccessTokenService,
    private readonly standing: SessionStandingService,
    strategies: AuthenticationStrategies,
    keys: DerivedKeys,
    config: SecurityConfig,
  ) {
    // The library takes a KeyObject, and is many times faster with one; its types know only text and bytes.
    const key = keys.get('access-token') as unknown as Buffer;
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: [config.algorithm],
      audience: config.audience,
      // The only place that sees the token before the library reads it.
      secretOrKeyProvider: (_request: unknown, token: string, done: (error: unknown, key?: Buffer) => void) => {
        try {
          tokens.inspect(token);
          done(null, key);
        } catch (error) {
          done(error);
        }
      },
    });
    strategies.add(this);
  }

  /** Called with the claims of a token whose signature, audience and expiry were verified. */
  validate(payload: Record<string, unknown>): Promise<Principal> {
    return this.standing.principalOf(this.tokens.readClaims(payload));
  }
}
