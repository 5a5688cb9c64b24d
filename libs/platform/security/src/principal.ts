import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { AppException, Role } from '#platform/kernel';

/** Who makes a request, once that is established. */
export interface Principal {
  /** Id of the user; for an API key, of its owner. */
  readonly id: string;
  readonly role: Role;
  readonly username: string;
  /** The login session of an access token. */
  readonly sessionId?: string;
  /** The key, when the caller used one. */
  readonly apiKeyId?: string;
  /** Agents whose tasks the key may lease; empty or absent is all that its role may execute. */
  readonly agents?: readonly string[];
}

/** A request as the guards see it. */
export interface GuardedRequest {
  ip: string;
  headers: Record<string, string | string[] | undefined>;
  /** Set by the authentication guard; absent on public routes and for strangers. */
  user?: Principal | null;
  /** The route takes a genuine token while the database cannot be asked; set by the authentication guard. */
  signatureSuffices?: boolean;
  /** Why the caller is a stranger; thrown by the roles guard, after rate limits. */
  authenticationFailure?: AppException;
}

/** The caller, as an argument of a handler. Only for routes with `@Roles`. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { user } = context.switchToHttp().getRequest<GuardedRequest>();
  if (!user) throw new Error('CurrentPrincipal is used on a route that does not demand a role');
  return user;
});
