import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { DatabaseModule } from '#platform/database';
import { DerivedKeys } from '#platform/security';
import { ApiKeyStrategy } from './api/api-key.strategy.js';
import { ApiKeysController } from './api/api-keys.controller.js';
import { AuthController } from './api/auth.controller.js';
import { BearerStrategy } from './api/bearer.strategy.js';
import { UsersController } from './api/users.controller.js';
import { AccessTokenService } from './application/access-token.service.js';
import { ApiKeyService } from './application/api-key.service.js';
import { AuditReadService } from './application/audit-read.service.js';
import { AuditService } from './application/audit.service.js';
import { CredentialCheckService } from './application/credential-check.service.js';
import { FirstAdminService } from './application/first-admin.service.js';
import { LoginService } from './application/login.service.js';
import { LogoutService } from './application/logout.service.js';
import { PasswordService } from './application/password.service.js';
import { RegistrationService } from './application/registration.service.js';
import { SessionCleanupJob } from './application/session-cleanup.job.js';
import { SessionService } from './application/session.service.js';
import { SessionStandingService } from './application/session-standing.service.js';
import { UserAdministrationService } from './application/user-administration.service.js';
import { UserCreationService } from './application/user-creation.service.js';
import { UserDirectoryService } from './application/user-directory.service.js';
import { ApiKeyRepository } from './infrastructure/api-key.repository.js';
import { AttemptRepository } from './infrastructure/attempt.repository.js';
import { AuditRepository } from './infrastructure/audit.repository.js';
import { PasswordHasher } from './infrastructure/password-hasher.js';
import { SessionRepository } from './infrastructure/session.repository.js';
import { UserEntity } from './infrastructure/user.entity.js';
import { UserRepository } from './infrastructure/user.repository.js';

/** Identity: accounts, sessions, keys, and the strategies the guards authenticate by. */
@Module({
  imports: [
    DatabaseModule.forEntities([UserEntity]),
    JwtModule.registerAsync({
      inject: [DerivedKeys],
      useFactory: (keys: DerivedKeys) => ({ secret: keys.get('access-token') }),
    }),
  ],
  controllers: [AuthController, ApiKeysController, UsersController],
  providers: [
    BearerStrategy,
    ApiKeyStrategy,
    AccessTokenService,
    ApiKeyService,
    AuditReadService,
    AuditService,
    CredentialCheckService,
    FirstAdminService,
    LoginService,
    LogoutService,
    PasswordService,
    RegistrationService,
    SessionCleanupJob,
    SessionService,
    SessionStandingService,
    UserAdministrationService,
    UserCreationService,
    UserDirectoryService,
    ApiKeyRepository,
    AttemptRepository,
    AuditRepository,
    PasswordHasher,
    SessionRepository,
    UserRepository,
  ],
  exports: [AuditReadService, FirstAdminService, UserCreationService],
})
export class AuthModule {}
