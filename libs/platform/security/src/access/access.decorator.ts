import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { Role } from '#platform/kernel';
import { addRouteConfig, routeConfigOf } from './route-config.js';

/** Named limits: `default` for each caller over all routes, the others for the routes that carry them. */
export type RateLimitPolicy = 'default' | 'credentials' | 'refresh' | 'none';

/** What a route says of who may call it, and how often. */
export interface RouteAccess {
  /** Anybody may call it; other routes of the API demand a role. */
  readonly isPublic?: boolean;
  readonly requiredRole?: Role;
  readonly isSessionOnly?: boolean;
  readonly needsRecentProof?: boolean;
  readonly signatureSuffices?: boolean;
  readonly rateLimit?: RateLimitPolicy;
  /** Its name, when the configuration may close it. */
  readonly door?: string;
}

/** What the request's route says of access. */
export function accessOf(request: object): RouteAccess {
  return routeConfigOf<RouteAccess>(request);
}

const says = (access: RouteAccess): MethodDecorator & ClassDecorator => addRouteConfig({ ...access });

/** Anybody may call this route. */
export const Public = (): MethodDecorator & ClassDecorator =>
  applyDecorators(says({ isPublic: true }), ApiExtension('x-required-role', 'public'));

/** Callers need this role or a higher one; documented in OpenAPI. */
export const Roles = (minimum: Role): MethodDecorator & ClassDecorator =>
  applyDecorators(
    says({ requiredRole: minimum }),
    ApiBearerAuth(),
    ApiSecurity('apiKey'),
    ApiExtension('x-required-role', minimum),
  );

/** For routes about the person himself: no key or token of a program opens them. */
export const SessionOnly = (): MethodDecorator & ClassDecorator =>
  applyDecorators(says({ isSessionOnly: true }), ApiExtension('x-session-only', true));

/**
 * For delicate changes: a session must have been proven by password or code within ten minutes, as a stolen one must not be enough
 * (OWASP ASVS 5.0, 7.5.1). Programs prove their secret with each request.
 */
export const RecentProof = (): MethodDecorator & ClassDecorator =>
  applyDecorators(says({ needsRecentProof: true }), ApiExtension('x-recent-proof', true));

/**
 * While the database is away a genuine access token that has not expired is enough for this route, although nobody can tell
 * whether its session still stands. Only for routes that must work just then and give nothing away.
 */
export const SignatureSuffices = (): MethodDecorator & ClassDecorator => says({ signatureSuffices: true });

/** Counts this route under its own limit instead of the default one; `none` does not count it. */
export const RateLimit = (policy: RateLimitPolicy): MethodDecorator & ClassDecorator => says({ rateLimit: policy });
