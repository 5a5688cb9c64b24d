import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import {
  AppException,
  currentContext,
  InvalidInputException,
  TokenInvalidException,
  TokenMissingException,
} from '#platform/kernel';
import { AuthenticationStrategies } from './authentication-strategies.js';
import { accessOf } from './access.decorator.js';
import { type GuardedRequest, hasCredentials, type Principal } from './principal.js';

/**
 * Establishes who is calling, by the passport strategies of the auth module. It refuses nobody: rate limits come first and
 * are counted by the caller found here, then the roles guard throws what went wrong. An unverified key or token must not
 * be what a limit is counted by, or a new one for each request would be a way around it.
 */
@Injectable()
export class AuthenticationGuard extends AuthGuard() {
  constructor(private readonly strategies: AuthenticationStrategies) {
    super({ defaultStrategy: strategies.names });
  }

  /** @returns at once when there is nothing to ask, as with most requests of a caller that was here a moment ago */
  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const { isPublic, needsRecentProof = false, signatureSuffices = false } = accessOf(request);
    if (isPublic) return true;
    const { authorization } = request.headers;
    const apiKey = request.headers['x-api-key'];
    if (!hasCredentials(request)) {
      request.authenticationFailure = new TokenMissingException();
      return true;
    }
    if (authorization !== undefined && apiKey !== undefined) {
      request.authenticationFailure = new InvalidInputException('Send either Authorization or X-API-Key, not both');
      return true;
    }
    // A proof given a moment ago through another replica must count.
    request.isAskedAnew = needsRecentProof;
    const known = request.isAskedAnew ? undefined : this.strategies.recall(request);
    if (known) {
      request.user = known;
      return noted(request);
    }
    request.signatureSuffices = signatureSuffices;
    return this.authenticate(context, request);
  }

  private async authenticate(context: ExecutionContext, request: GuardedRequest): Promise<boolean> {
    await super.canActivate(context);
    return noted(request);
  }

  /** Called by passport with its verdict; what is returned becomes `request.user`. */
  override handleRequest<P = Principal>(error: unknown, user: P | false, _: unknown, context: ExecutionContext): P {
    if (!error && user) return user;
    // A failure to look the caller up (a database that is down) is not the caller's fault: let it surface as it is.
    if (error && !(error instanceof AppException)) throw error as Error;
    if (error instanceof AppException && error.kind !== 'unauthenticated') throw error;
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    // Without an error the header holds nothing that any strategy knows, such as Basic credentials.
    request.authenticationFailure = error instanceof AppException ? error : new TokenInvalidException();
    return null as P;
  }
}

/** Logs say who called. */
function noted({ user }: GuardedRequest): true {
  const unit = currentContext();
  if (unit && user) {
    unit.principalId = user.id;
    unit.credentialId = user.credential.id;
  }
  return true;
}
