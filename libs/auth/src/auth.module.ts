import { provideByEngine } from '#platform/database';
import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { MailModule } from '#platform/mail';
import { ApiKeyStrategy } from './api-keys/api-key.strategy.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { AuditEventsController } from './audit/audit-events.controller.js';
import { LoginController } from './login/login.controller.js';
import { BearerStrategy } from './standing/bearer.strategy.js';
import { BrowserSessionPresenter } from './sessions/browser-session.presenter.js';
import { OAuthController } from './oauth/oauth.controller.js';
import { PasswordController } from './passwords/password.controller.js';
import { ProfileController } from './profile/profile.controller.js';
import { ProofsController } from './profile/proofs.controller.js';
import { MfaTokenService } from './second-factor/mfa-token.service.js';
import { SecondFactorCodeService } from './second-factor/second-factor-code.service.js';
import { SecondFactorController } from './second-factor/second-factor.controller.js';
import { UserAccessController } from './users/user-access.controller.js';
import { UsersController } from './users/users.controller.js';
import { WellKnownController } from './oauth/well-known.controller.js';
import { AccessTokenService } from './tokens/access-token.service.js';
import { ApiKeyAuthenticationService } from './api-keys/api-key-authentication.service.js';
import { ApiKeyService } from './api-keys/api-key.service.js';
import { AttemptLimitService } from './attempts/attempt-limit.service.js';
import { AuditReadService } from './audit/audit-read.service.js';
import { CleanupJob } from './retention/cleanup.job.js';
import { CredentialCheckService } from './passwords/credential-check.service.js';
import { EmailChangeService } from './profile/email-change.service.js';
import { EmailVerificationService } from './profile/email-verification.service.js';
import { FirstAdminService } from './users/first-admin.service.js';
import { InvitationService } from './users/invitation.service.js';
import { KnownDeviceService } from './attempts/known-device.service.js';
import { LoginService } from './login/login.service.js';
import { LogoutService } from './standing/logout.service.js';
import { OAuthClientService } from './oauth/oauth-client.service.js';
import { OAuthGrantService } from './oauth/oauth-grant.service.js';
import { OAuthMetadataService } from './oauth/oauth-metadata.service.js';
import { PasswordChangeService } from './passwords/password-change.service.js';
import { PasswordReplacementService } from './passwords/password-replacement.service.js';
import { MailedLinkService } from './tokens/mailed-link.service.js';
import { PasswordResetService } from './passwords/password-reset.service.js';
import { PasswordService } from './passwords/password.service.js';
import { ReauthenticationService } from './profile/reauthentication.service.js';
import { RegistrationService } from './login/registration.service.js';
import { SecondFactorEnrolmentService } from './second-factor/second-factor-enrolment.service.js';
import { SecondFactorResetService } from './second-factor/second-factor-reset.service.js';
import { SecondFactorService } from './second-factor/second-factor.service.js';
import { SessionDirectoryService } from './standing/session-directory.service.js';
import { SessionStartService } from './sessions/session-start.service.js';
import { SessionService } from './sessions/session.service.js';
import { StandingService } from './standing/standing.service.js';
import { SuperAdminsService } from './users/super-admins.service.js';
import { TokenInspectionService } from './oauth/token-inspection.service.js';
import { TokenIssuerService } from './tokens/token-issuer.service.js';
import { TokenPairService } from './sessions/token-pair.service.js';
import { UserAccessService } from './users/user-access.service.js';
import { UserAdministrationService } from './users/user-administration.service.js';
import { UserCreationService } from './users/user-creation.service.js';
import { UserDeletionService } from './users/user-deletion.service.js';
import { UserDirectoryService } from './users/user-directory.service.js';
import { UserImportService } from './users/user-import.service.js';
import { UserErasureService } from './users/user-erasure.service.js';
import { PostgresApiKeyRepository } from './api-keys/api-key.postgres.js';
import { ApiKeyRepository } from './api-keys/api-key.repository.js';
import { PostgresAttemptRepository } from './attempts/attempt.postgres.js';
import { AttemptRepository } from './attempts/attempt.repository.js';
import { AuditModule } from './audit.module.js';
import { CommonPasswordsService } from './passwords/common-passwords.service.js';
import { EmailChangeRepository } from './profile/email-change.repository.js';
import { OneTimeTokenRepository } from './tokens/one-time-token.repository.js';
import { PasswordHashingService } from './passwords/password-hashing.service.js';
import { SecondFactorRepository } from './second-factor/second-factor.repository.js';
import { PostgresSessionRepository } from './sessions/session.postgres.js';
import { SessionRepository } from './sessions/session.repository.js';
import { TokenIssuerRepository } from './tokens/token-issuer.repository.js';
import { TokenKeysService } from './tokens/token-keys.service.js';
import { PostgresUserSearchRepository } from './users/user-search.postgres.js';
import { UserSearchRepository } from './users/user-search.repository.js';
import { PostgresUserRepository } from './identities/user.postgres.js';
import { AccountsLookupRepository } from './lookup/accounts-lookup.repository.js';
import { AccountsLookupService } from './lookup/accounts-lookup.service.js';
import { UserRepository } from './identities/user.repository.js';
import { UserStandingModule } from './user-standing.module.js';

/** Identity: accounts, sessions, keys, and the strategies the guards authenticate by. */
@Module({
  imports: [AuditModule, UserStandingModule, JwtModule, MailModule],
  controllers: [
    LoginController,
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
    BrowserSessionPresenter,
    AccessTokenService,
    AccountsLookupRepository,
    AccountsLookupService,
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
    PasswordReplacementService,
    PasswordResetService,
    PasswordService,
    ReauthenticationService,
    RegistrationService,
    MfaTokenService,
    SecondFactorCodeService,
    SecondFactorEnrolmentService,
    SecondFactorResetService,
    SecondFactorService,
    SessionDirectoryService,
    SessionStartService,
    SessionService,
    StandingService,
    SuperAdminsService,
    TokenInspectionService,
    TokenIssuerService,
    TokenPairService,
    UserAccessService,
    UserAdministrationService,
    UserCreationService,
    UserDeletionService,
    UserDirectoryService,
    UserImportService,
    UserErasureService,
    provideByEngine({ portable: ApiKeyRepository, postgres: PostgresApiKeyRepository }),
    provideByEngine({ portable: AttemptRepository, postgres: PostgresAttemptRepository }),
    CommonPasswordsService,
    EmailChangeRepository,
    OneTimeTokenRepository,
    PasswordHashingService,
    SecondFactorRepository,
    provideByEngine({ portable: SessionRepository, postgres: PostgresSessionRepository }),
    TokenIssuerRepository,
    TokenKeysService,
    provideByEngine({ portable: UserRepository, postgres: PostgresUserRepository }),
    provideByEngine({ portable: UserSearchRepository, postgres: PostgresUserSearchRepository }),
  ],
  exports: [AccountsLookupService, AuditReadService, FirstAdminService, UserCreationService, UserImportService],
})
export class AuthModule {}
