export { Public, RateLimit, type RateLimitPolicy, Roles } from './access.decorators.js';
export { AuthenticationStrategies } from './authentication-strategies.js';
export { networkOf } from './client-network.js';
export { DerivedKeys, type KeyPurpose } from './derived-keys.js';
export { EncryptionService } from './encryption.service.js';
export { CurrentPrincipal, type GuardedRequest, type Principal } from './principal.js';
export { includesRole, rankOf, type Role, ROLES } from '#platform/kernel';
export { RateLimitStorage } from './rate-limit-storage.js';
export { SecurityModule } from './security.module.js';
