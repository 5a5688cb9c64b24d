import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { Role } from '#platform/kernel';
import { addRouteConfig } from './route-config.js';

export const PUBLIC_ROUTE = 'devskyy:public';
export const REQUIRED_ROLE = 'devskyy:required-role';
export const SESSION_ONLY = 'devskyy:session-only';
export const RECENT_PROOF = 'devskyy:recent-proof';
export const SIGNATURE_SUFFICES = 'devskyy:signature-suffices';
export const RATE_LIMIT_POLICY = 'devskyy:rate-limit';

/** Anybody may call this route. */
export const Public = (): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(PUBLIC_ROUTE, true),
    addRouteConfig({ isPublic: true }),
    ApiExtension('x-required-role', 'public'),
  );

/** Callers need this role or a higher one; documented in OpenAPI. */
export const Roles = (minimum: Role): MethodDecorator & ClassDecorator =>
  applyDecorators(
    SetMetadata(REQUIRED_ROLE, minimum),
    ApiBearerAuth(),
    ApiSecurity('apiKey'),
    ApiExtension('x-required-role', minimum),
  );

/** For routes about the person himself: no key or token of a program opens them. */
export const SessionOnly = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(SESSION_ONLY, true), ApiExtension('x-session-only', true));

/**
 * For delicate changes: a session must have been proven by password or code within ten minutes, as a stolen one must not be enough
 * (OWASP ASVS 5.0, 7.5.1). Programs prove their secret with each request.
 */
export const RecentProof = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(RECENT_PROOF, true), ApiExtension('x-recent-proof', true));

/**
 * While the database is away a genuine access token that has not expired is enough for this route, although nobody can tell
 * whether its session still stands. Only for routes that must work just then and give nothing away.
 */
export const SignatureSuffices = (): MethodDecorator & ClassDecorator => SetMetadata(SIGNATURE_SUFFICES, true);

/** Named limits: `default` for each caller over all routes, the others for the routes that carry them. */
export type RateLimitPolicy = 'default' | 'credentials' | 'refresh' | 'none';

/** Counts this route under its own limit instead of the default one; `none` does not count it. */
export const RateLimit = (policy: RateLimitPolicy): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(RATE_LIMIT_POLICY, policy), addRouteConfig({ rateLimit: policy }));

/** What hooks that run before the guards know of a route. */
export interface RouteAccess {
  /** Anybody may call it; other routes of the API demand a role. */
  readonly isPublic?: boolean;
  readonly rateLimit?: RateLimitPolicy;
  /** Its name, when the configuration may close it. */
  readonly door?: string;
}
