export {
  accessOf,
  Public,
  RateLimit,
  RecentProof,
  Roles,
  SessionOnly,
  SignatureSuffices,
} from './access.decorators.js';
export { type AuditEntry, AuditTrail } from './audit-trail.js';
export { AuthenticationStrategies, type KnowingStrategy } from './authentication-strategies.js';
export { networkOf } from './client-network.js';
export { ClosedDoors, Door } from './closed-doors.js';
export { type Credential, UNBOUNDED } from './credential.js';
export {
  PROOF_LIFETIME_MS,
  ReauthenticationRequiredException,
  SessionRequiredException,
} from './credential.exceptions.js';
export { DerivedKeys } from './derived-keys.js';
export { type EncryptedColumn, EncryptedColumns } from './encrypted-columns.js';
export { EncryptionService } from './encryption.service.js';
export { CurrentPrincipal, type GuardedRequest, hasCredentials, type Principal } from './principal.js';
export { PublishedKeys } from './published-keys.js';
export { includesRole, rankOf, type Role, ROLES } from '#platform/kernel';
export { RateLimitStorage } from './rate-limit-storage.js';
export { RateLimitExceededException } from './rate-limit-exceeded.exception.js';
export { SecurityModule } from './security.module.js';
export { type CountedRequest, RateLimits } from './rate-limits.js';
export { addRouteConfig, routeConfigOf } from './route-config.js';
export { type Standing, UserStanding } from './user-standing.js';
export { isSignedBy, sign, SIGNATURE_HEADER } from './webhook-signature.js';
