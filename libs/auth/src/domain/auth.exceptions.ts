import { AppException, type ExceptionOptions, InvalidCredentialsError } from '#platform/kernel';

/** Login failed. Unknown user, wrong password and locked account read the same, so that nobody learns which it was. */
export class LoginFailedException extends InvalidCredentialsError {
  constructor() {
    super('The user name or the password is wrong, or the account is locked for a while');
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
  constructor(faults: readonly { code: string; message: string }[]) {
    const errors = faults.map((fault) => ({ path: 'password', ...fault }));
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
      'The last active SUPER_ADMIN cannot be demoted or deactivated',
    );
  }
}
