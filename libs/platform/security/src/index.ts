export { Public, RateLimit, type RateLimitPolicy, Roles } from './access.decorators.js';
export { API_KEY_STRATEGY, BEARER_STRATEGY } from './authentication.guard.js';
export { networkOf } from './client-network.js';
export { DerivedKeys, type KeyPurpose } from './derived-keys.js';
export { EncryptionService } from './encryption.service.js';
export { CurrentPrincipal, type GuardedRequest, type Principal } from './principal.js';
export { includesRole, rankOf, type Role, ROLES } from './role.js';
export { SecurityModule } from './security.module.js';
