import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { SecurityConfig } from '#config';
import { AuthenticationStrategies, type GuardedRequest, type Principal } from '#platform/security';
import { AccessTokenService } from '../application/access-token.service.js';
import { StandingService } from '../application/standing.service.js';

/** Authenticates `Authorization: Bearer <access token>` (RFC 6750). */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, 'bearer') {
  constructor(
    private readonly tokens: AccessTokenService,
    private readonly standing: StandingService,
    strategies: AuthenticationStrategies,
    config: SecurityConfig,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: tokens.algorithms,
      audience: config.audience,
      passReqToCallback: true,
      // The only place that sees the token before the library reads it.
      secretOrKeyProvider: (_request: unknown, token: string, done: (error: unknown, key?: Buffer) => void) => {
        try {
          // The library takes a KeyObject, and is many times faster with one; its types know only text and bytes.
          done(null, tokens.inspect(token) as unknown as Buffer);
        } catch (error) {
          done(error);
        }
      },
    });
    strategies.add(this);
  }

  /** Called with the claims of a token whose signature, audience and expiry were verified. */
  validate(request: unknown, payload: Record<string, unknown>): Promise<Principal> {
    const { ip, signatureSuffices } = request as GuardedRequest;
    return this.standing.principalOf(this.tokens.readClaims(payload), ip, signatureSuffices);
  }
}
