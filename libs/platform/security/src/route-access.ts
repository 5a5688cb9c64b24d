import type { Type } from '@nestjs/common';
import { PUBLIC_ROUTE, RATE_LIMIT_POLICY, type RateLimitPolicy } from './access.decorators.js';
import type { GuardedRequest } from './principal.js';

/** Whom a route lets in, as far as it can be told before a request is read. */
export interface RouteAccess {
  /** It demands a role. */
  isClosed: boolean;
  policy: RateLimitPolicy;
}

/** What the decorators of a route say; those of the method come before those of its controller. */
export function accessOf(handler: object, controller: Type): RouteAccess {
  const said = <T>(key: string): T | undefined =>
    (Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, controller)) as T | undefined;
  return {
    isClosed: said<boolean>(PUBLIC_ROUTE) !== true,
    policy: said<RateLimitPolicy>(RATE_LIMIT_POLICY) ?? 'default',
  };
}

/** Whether a request shows anything to be known by; without it only public routes are open. */
export function hasCredentials({ headers }: Pick<GuardedRequest, 'headers'>): boolean {
  return headers['authorization'] !== undefined || headers['x-api-key'] !== undefined;
}
