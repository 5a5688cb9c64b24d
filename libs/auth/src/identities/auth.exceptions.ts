import { AppException, type ExceptionOptions, InvalidCredentialsException } from '#platform/kernel';

/** What was shown to prove who one is. */
const PROOFS = {
  login: 'The user name or the password is wrong, or the account is locked for a while',
  password: 'The password is wrong, or the account is locked for a while',
  code: 'The code is wrong or was used, the login has to begin again, or the account is locked for a while',
} as const;

/** Login failed. Unknown user, wrong password and locked account read the same, so that nobody learns which it was. */
export class LoginFailedException extends InvalidCredentialsException {
  constructor(proof: keyof typeof PROOFS = 'login') {
    super(PROOFS[proof]);
  }
}

/** The code is not the one the authenticator shows now. */
export class CodeWrongException extends AppException {
  constructor() {
    super({ code: 'AUTH.CODE_WRONG', category: 'authentication', kind: 'invalid' }, 'The code is wrong', {
      details: { errors: [{ path: 'code', code: 'wrong', message: 'is not the code the authenticator shows' }] },
    });
  }
}

/** The account has an authenticator already, or has none. */
export class MfaStateException extends AppException {
  constructor(message: string) {
    super({ code: 'AUTH.MFA_STATE', category: 'authentication', kind: 'conflict' }, message);
  }
}

/** Who has a password is not invited; he asks for a new one himself. */
export class PasswordPresentException extends AppException {
  constructor() {
    super(
      { code: 'AUTH.PASSWORD_PRESENT', category: 'authentication', kind: 'conflict' },
      'The user has a password already',
    );
  }
}

/** There is no such session among the caller's. */
export class SessionNotFoundException extends AppException {
  constructor() {
    super(
      { code: 'AUTH.SESSION_NOT_FOUND', category: 'authentication', kind: 'not_found' },
      'There is no such session',
    );
  }
}

/** The link that was mailed is unknown, was used, or is too old. */
export class ResetTokenInvalidException extends AppException {
  constructor() {
    super(
      { code: 'AUTH.RESET_TOKEN_INVALID', category: 'authentication', kind: 'invalid' },
      'The token is unknown, was used or has expired; ask for a new one',
    );
  }
}

/** The mailbox had its share of links for this hour or day: nobody must be able to fill it. */
export class MailboxFullException extends AppException {
  constructor() {
    super(
      { code: 'AUTH.MAILBOX_FULL', category: 'security', kind: 'rate_limited' },
      'Too many mails went to one of the addresses lately; try again in an hour',
      { retryAfterSeconds: 3600 },
    );
  }
}

/** A cookie came along without what shows that our own pages sent it. */
export class CrossSiteRequestException extends AppException {
  constructor(message: string) {
    super({ code: 'AUTH.CROSS_SITE_REQUEST', category: 'security', kind: 'forbidden', severity: 'medium' }, message);
  }
}

/** The hashing queue is full: a login storm must not slow everything else. */
export class HashingOverloadedException extends AppException {
  constructor() {
    super({ code: 'AUTH.OVERLOADED', category: 'performance', kind: 'unavailable' }, 'Too many logins at once', {
      retryAfterSeconds: 2,
    });
  }
}

/** The refresh token is unknown, expired, revoked or forged. */
export class RefreshTokenInvalidException extends AppException {
  constructor() {
    super(
      { code: 'AUTH.REFRESH_TOKEN_INVALID', category: 'authentication', kind: 'unauthenticated' },
      'The refresh token is not valid',
    );
  }
}

/** An old refresh token was used again: it was stolen, or its successor was. The session is gone. */
export class RefreshTokenReusedException extends AppException {
  constructor() {
    super(
      { code: 'AUTH.TOKEN_REUSED', category: 'authentication', kind: 'unauthenticated', severity: 'high' },
      'The refresh token was used before; the session has been ended',
    );
  }
}

/** Strangers may not register here. */
export class RegistrationClosedException extends AppException {
  constructor() {
    super(
      { code: 'AUTH.REGISTRATION_CLOSED', category: 'authorization', kind: 'forbidden' },
      'Registration is closed; ask an administrator for an account',
    );
  }
}

/** The e-mail or the user name belongs to somebody; which of the two is not said. */
export class IdentityTakenException extends AppException {
  constructor() {
    super(
      { code: 'AUTH.IDENTITY_TAKEN', category: 'authentication', kind: 'conflict' },
      'This e-mail address or user name is not available',
    );
  }
}

/** The password breaks the policy; the faults say how. */
export class PasswordRefusedException extends AppException {
  constructor(faults: readonly { code: string; message: string }[], field: string) {
    const errors = faults.map((fault) => ({ path: field, ...fault }));
    super(
      { code: 'AUTH.PASSWORD_REFUSED', category: 'validation', kind: 'invalid' },
      'The password is not acceptable',
      { details: { errors } },
    );
  }
}

/** There is no such user. */
export class UserNotFoundException extends AppException {
  constructor() {
    super({ code: 'AUTH.USER_NOT_FOUND', category: 'authentication', kind: 'not_found' }, 'There is no such user');
  }
}

/** There is no such API key among the caller's. */
export class ApiKeyNotFoundException extends AppException {
  constructor() {
    super(
      { code: 'AUTH.API_KEY_NOT_FOUND', category: 'authentication', kind: 'not_found' },
      'There is no such API key',
    );
  }
}

/** A key would have ended before it began. */
export class KeyExpiryException extends AppException {
  constructor() {
    super({ code: 'AUTH.KEY_EXPIRY', category: 'validation', kind: 'invalid' }, 'The key would never be valid', {
      details: { errors: [{ path: 'expiresAt', code: 'inFuture', message: 'must lie in the future' }] },
    });
  }
}

/** A credential was to make, change or end another that may do more than itself. */
export class CredentialExceededException extends AppException {
  constructor(powers: readonly string[]) {
    super(
      { code: 'AUTH.CREDENTIAL_EXCEEDED', category: 'authorization', kind: 'forbidden', severity: 'medium' },
      `This would go beyond what the caller's own credential may do: ${powers.join(', ')}`,
      { details: { powers } },
    );
  }
}

/** An administrator handles only users below his own rank, and nobody raises himself. */
export class RankViolationException extends AppException {
  constructor(message: string, options: ExceptionOptions = {}) {
    super(
      { code: 'AUTH.RANK_VIOLATION', category: 'authorization', kind: 'forbidden', severity: 'medium' },
      message,
      options,
    );
  }
}

/** Without a SUPER_ADMIN nobody could ever administer the service again. */
export class LastSuperAdminException extends AppException {
  constructor() {
    super(
      { code: 'AUTH.LAST_SUPER_ADMIN', category: 'authorization', kind: 'conflict' },
      'The last active SUPER_ADMIN cannot be demoted, deactivated or deleted',
    );
  }
}
