import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { AuthenticationStrategies } from './access/authentication-strategies.js';
import { AuthenticationGuard } from './access/authentication.guard.js';
import { ClosedDoors } from './access/closed-doors.js';
import { DerivedKeys } from './secrets/derived-keys.js';
import { EncryptedColumns } from './secrets/encrypted-columns.js';
import { EncryptedValuesRepository } from './secrets/encrypted-values.repository.js';
import { EncryptionService } from './secrets/encryption.service.js';
import { PublishedKeys } from './secrets/published-keys.js';
import { RateLimitGuard } from './rate-limits/rate-limit.guard.js';
import { RateLimitStorage } from './rate-limits/rate-limit-storage.js';
import { RolesGuard } from './access/roles.guard.js';
import { RateLimits } from './rate-limits/rate-limits.js';

/** Guards on every route, in this order: who is it, how often, may they. Keys and encryption for everybody. */
@Global()
@Module({
  imports: [PassportModule],
  providers: [
    AuthenticationStrategies,
    ClosedDoors,
    DerivedKeys,
    EncryptedColumns,
    EncryptedValuesRepository,
    EncryptionService,
    PublishedKeys,
    RateLimitStorage,
    RateLimits,
    { provide: APP_GUARD, useClass: AuthenticationGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
    { provide: APP_GUARD, useClass: RolesGuard },
  ],
  exports: [
    AuthenticationStrategies,
    ClosedDoors,
    DerivedKeys,
    EncryptedColumns,
    EncryptionService,
    PublishedKeys,
    RateLimitStorage,
    RateLimits,
  ],
})
export class SecurityModule {}
