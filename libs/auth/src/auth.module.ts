import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { DatabaseModule } from '#platform/database';
import { MailModule } from '#platform/mail';
import { ApiKeyStrategy } from './api/api-key.strategy.js';
import { ApiKeysController } from './api/api-keys.controller.js';
import { AuditEventsController } from './api/audit-events.controller.js';
import { AuthController } from './api/auth.controller.js';
import { BearerStrategy } from './api/bearer.strategy.js';
import { BrowserSessions } from './api/browser-sessions.js';
import { OAuthController } from './api/oauth.controller.js';
import { PasswordController } from './api/password.controller.js';
import { ProfileController } from './api/profile.controller.js';
import { ProofsController } from './api/proofs.controller.js';
import { SecondFactorController } from './api/second-factor.controller.js';
import { UserAccessController } from './api/user-access.controller.js';
import { UsersController } from './api/users.controller.js';
import { WellKnownController } from './api/well-known.controller.js';
import { AccessTokenService } from './application/access-token.service.js';
import { ApiKeyAuthenticationService } from './application/api-key-authentication.service.js';
import { ApiKeyService } from './application/api-key.service.js';
import { AttemptLimitService } from './application/attempt-limit.service.js';
import { AuditReadService } from './application/audit-read.service.js';
import { CleanupJob } from './application/cleanup.job.js';
import { CredentialCheckService } from './application/credential-check.service.js';
import { EmailChangeService } from './application/email-change.service.js';
import { EmailVerificationService } from './application/email-verification.service.js';
import { FirstAdminService } from './application/first-admin.service.js';
import { InvitationService } from './application/invitation.service.js';
import { KnownDeviceService } from './application/known-device.service.js';
import { LoginService } from './application/login.service.js';
import { LogoutService } from './application/logout.service.js';
import { OAuthClientService } from './application/oauth-client.service.js';
import { OAuthGrantService } from './application/oauth-grant.service.js';
import { OAuthMetadataService } from './application/oauth-metadata.service.js';
import { PasswordChangeService } from './application/password-change.service.js';
import { PasswordReplacement } from './application/password-replacement.service.js';
import { MailedLinkService } from './application/mailed-link.service.js';
import { PasswordResetService } from './application/password-reset.service.js';
import { PasswordService } from './application/password.service.js';
import { ReauthenticationService } from './application/reauthentication.service.js';
import { RegistrationService } from './application/registration.service.js';
import { SecondFactorEnrolmentService } from './application/second-factor-enrolment.service.js';
import { SecondFactorResetService } from './application/second-factor-reset.service.js';
import { SecondFactorService } from './application/second-factor.service.js';
import { SessionDirectoryService } from './application/session-directory.service.js';
import { SessionStartService } from './application/session-start.service.js';
import { SessionService } from './application/session.service.js';
import { StandingService } from './application/standing.service.js';
import { SuperAdminsService } from './application/super-admins.service.js';
import { TokenInspectionService } from './application/token-inspection.service.js';
import { TokenIssuer } from './application/token-issuer.service.js';
import { TokenPairService } from './application/token-pair.service.js';
import { UserAccessService } from './application/user-access.service.js';
import { UserAdministrationService } from './application/user-administration.service.js';
import { UserCreationService } from './application/user-creation.service.js';
import { UserDeletionService } from './application/user-deletion.service.js';
import { UserDirectoryService } from './application/user-directory.service.js';
import { UserImportService } from './application/user-import.service.js';
import { UserTraces } from './application/user-traces.service.js';
import { ApiKeyRepository } from './infrastructure/api-key.repository.js';
import { AttemptRepository } from './infrastructure/attempt.repository.js';
import { AuditModule } from './audit.module.js';
import { CommonPasswords } from './infrastructure/common-passwords.js';
import { EmailChangeRepository } from './infrastructure/email-change.repository.js';
import { OneTimeTokenRepository } from './infrastructure/one-time-token.repository.js';
import { PasswordHasher } from './infrastructure/password-hasher.js';
import { SecondFactorRepository } from './infrastructure/second-factor.repository.js';
import { SessionRepository } from './infrastructure/session.repository.js';
import { TokenIssuerEntity } from './infrastructure/token-issuer.entity.js';
import { TokenIssuerRepository } from './infrastructure/token-issuer.repository.js';
import { TokenKeys } from './infrastructure/token-keys.js';
import { UserEntity } from './infrastructure/user.entity.js';
import { UserRepository } from './infrastructure/user.repository.js';
import { UserStandingModule } from './user-standing.module.js';

/** Identity: accounts, sessions, keys, and the strategies the guards authenticate by. */
@Module({
  imports: [
    AuditModule,
    UserStandingModule,
    DatabaseModule.forEntities([UserEntity, TokenIssuerEntity]),
    JwtModule,
    MailModule,
  ],
  controllers: [
    AuthController,
    ProfileController,
    PasswordController,
    ProofsController,
    SecondFactorController,
    ApiKeysController,
    UserAccessController,
    UsersController,
    AuditEventsController,
    OAuthController,
    WellKnownController,
  ],
  providers: [
    BearerStrategy,
    ApiKeyStrategy,
    BrowserSessions,
    AccessTokenService,
    ApiKeyAuthenticationService,
    ApiKeyService,
    AttemptLimitService,
    AuditReadService,
    CleanupJob,
    CredentialCheckService,
    EmailChangeService,
    EmailVerificationService,
    FirstAdminService,
    InvitationService,
    KnownDeviceService,
    LoginService,
    LogoutService,
    OAuthClientService,
    OAuthGrantService,
    OAuthMetadataService,
    PasswordChangeService,
    MailedLinkService,
    PasswordReplacement,
    PasswordResetService,
    PasswordService,
    ReauthenticationService,
    RegistrationService,
    SecondFactorEnrolmentService,
    SecondFactorResetService,
    SecondFactorService,
    SessionDirectoryService,
    SessionStartService,
    SessionService,
    StandingService,
    SuperAdminsService,
    TokenInspectionService,
    TokenIssuer,
    TokenPairService,
    UserAccessService,
    UserAdministrationService,
    UserCreationService,
    UserDeletionService,
    UserDirectoryService,
    UserImportService,
    UserTraces,
    ApiKeyRepository,
    AttemptRepository,
    CommonPasswords,
    EmailChangeRepository,
    OneTimeTokenRepository,
    PasswordHasher,
    SecondFactorRepository,
    SessionRepository,
    TokenIssuerRepository,
    TokenKeys,
    UserRepository,
  ],
  exports: [AuditReadService, FirstAdminService, UserCreationService, UserImportService],
})
export class AuthModule {}
