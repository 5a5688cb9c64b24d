export {
  accessOf,
  Public,
  RateLimit,
  RecentProof,
  Roles,
  SessionOnly,
  SignatureSuffices,
} from './access/access.decorator.js';
export { type AuditEntry, AuditTrail } from './access/audit-trail.js';
export { AuthenticationStrategies, type KnowingStrategy } from './access/authentication-strategies.js';
export { networkOf } from './rate-limits/client-network.js';
export { ClosedDoors, Door } from './access/closed-doors.js';
export { type Credential, UNBOUNDED } from './access/credential.js';
export {
  PROOF_LIFETIME_MS,
  ReauthenticationRequiredException,
  SessionRequiredException,
} from './access/credential.exceptions.js';
export { DerivedKeys } from './secrets/derived-keys.js';
export { type EncryptedColumn, EncryptedColumns } from './secrets/encrypted-columns.js';
export { EncryptionService } from './secrets/encryption.service.js';
export { CurrentPrincipal, type GuardedRequest, hasCredentials, type Principal } from './access/principal.js';
export { PublishedKeys } from './secrets/published-keys.js';
export { includesRole, rankOf, type Role, ROLES } from '#platform/kernel';
export { RateLimitStorage } from './rate-limits/rate-limit-storage.js';
export { RateLimitExceededException } from './rate-limits/rate-limit.exceptions.js';
export { SecurityModule } from './security.module.js';
export { type CountedRequest, RateLimits } from './rate-limits/rate-limits.js';
export { addRouteConfig, routeConfigOf } from './access/route-config.js';
export { type Standing, UserStanding } from './access/user-standing.js';
export { isSignedBy, sign, SIGNATURE_HEADER } from './secrets/webhook-signature.js';
