import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { AppException, Role } from '#platform/kernel';
import type { Credential } from './credential.js';

/** Who makes a request, once that is established. */
export interface Principal {
  /** Id of the user; for an API key, of its owner. */
  readonly id: string;
  /** The role the caller acts with: the credential's, and never above what the user has now. */
  readonly role: Role;
  readonly username: string;
  /** By what the caller acts. */
  readonly credential: Credential;
}

/** A request as the guards see it. */
export interface GuardedRequest {
  ip: string;
  headers: Record<string, string | string[] | undefined>;
  /** As it was parsed; not checked yet. */
  body?: unknown;
  /** Set by the authentication guard; absent on public routes and for strangers. */
  user?: Principal | null;
  /** The route takes a genuine token while the database cannot be asked; set by the authentication guard. */
  signatureSuffices?: boolean;
  /** Whether the session still stands is asked now, not remembered; set by the authentication guard. */
  isAskedAnew?: boolean;
  /** What the request was counted by; set by the rate limit guard. */
  countedBy?: readonly { readonly key: string }[];
  /** Why the caller is a stranger; thrown by the roles guard, after rate limits. */
  authenticationFailure?: AppException;
}

/** The caller, as an argument of a handler. Only for routes with `@Roles`. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { user } = context.switchToHttp().getRequest<GuardedRequest>();
  if (!user) throw new Error('CurrentPrincipal is used on a route that does not demand a role');
  return user;
});

/** Whether a request shows anything to be known by; without it only public routes are open. */
export function hasCredentials({ headers }: Pick<GuardedRequest, 'headers'>): boolean {
  return headers['authorization'] !== undefined || headers['x-api-key'] !== undefined;
}
