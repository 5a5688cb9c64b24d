import { Injectable } from '@nestjs/common';
import { Strategy } from 'passport';
import {
  AuthenticationStrategies,
  type GuardedRequest,
  type Principal,
  type KnowingStrategy,
} from '#platform/security';
import { type AccessTokenClaims, AccessTokenService } from '../tokens/access-token.service.js';
import { StandingService } from './standing.service.js';

/** The scheme is written in any case (RFC 9110 §11.1); the token has no blanks (RFC 6750 §2.1). */
const BEARER = /^bearer +(\S+)$/i;

/** A request with the claims of its token, when that was verified before. */
type BearerRequest = GuardedRequest & { knownClaims?: AccessTokenClaims | undefined };

/** Authenticates `Authorization: Bearer <access token>` (RFC 6750). */
@Injectable()
export class BearerStrategy extends Strategy implements KnowingStrategy {
  override readonly name = 'bearer';

  constructor(
    private readonly tokens: AccessTokenService,
    private readonly standing: StandingService,
    strategies: AuthenticationStrategies,
  ) {
    super();
    strategies.add(this);
  }

  recall(request: GuardedRequest): Principal | undefined {
    const claims = this.knownClaims(request);
    return claims && this.standing.recall(claims, request.ip);
  }

  recognise(request: GuardedRequest): string | undefined {
    const claims = this.knownClaims(request);
    return claims && ('userId' in claims ? claims.userId : claims.clientId);
  }

  prove(request: GuardedRequest): Promise<Principal> | undefined {
    const token = tokenOf(request);
    return token === undefined ? undefined : this.principalOf(token, request);
  }

  override authenticate(request: unknown): void {
    const proof = this.prove(request as GuardedRequest);
    if (!proof) {
      this.fail('no bearer token');
      return;
    }
    // passport calls the strategy on an object of its own that inherits from it: the outcome must go to that object.
    proof.then(
      (principal) => this.success(principal),
      (error: unknown) => this.error(error),
    );
  }

  /** Asked twice of most requests; to find a token among the known ones costs a look at each of its letters. */
  private knownClaims(request: BearerRequest): AccessTokenClaims | undefined {
    if (request.knownClaims) return request.knownClaims;
    const token = tokenOf(request);
    request.knownClaims = token === undefined ? undefined : this.tokens.recall(token);
    return request.knownClaims;
  }

  private async principalOf(token: string, request: GuardedRequest): Promise<Principal> {
    const { ip, signatureSuffices, isAskedAnew } = request;
    return this.standing.principalOf(await this.tokens.verify(token), ip, { signatureSuffices, isAskedAnew });
  }
}

function tokenOf({ headers }: GuardedRequest): string | undefined {
  return BEARER.exec(String(headers['authorization'] ?? ''))?.[1];
}
