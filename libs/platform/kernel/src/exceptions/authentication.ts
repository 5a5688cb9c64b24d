import { AppException, type ExceptionIdentity, type ExceptionOptions } from '../app-exception.js';

/** Who the caller is could not be established. */
export class AuthenticationError extends AppException {
  constructor(
    message = 'Authentication failed',
    options: ExceptionOptions = {},
    identity: ExceptionIdentity = { code: 'AUTH.AUTHENTICATION_FAILED', category: 'authentication' },
  ) {
    super(identity, message, options);
  }
}

/** The credentials are not valid. */
export class InvalidCredentialsError extends AuthenticationError {
  constructor(message = 'The credentials are not valid', options: ExceptionOptions = {}) {
    super(message, options, { code: 'AUTH.INVALID_CREDENTIALS', category: 'authentication' });
  }
}

/** The token has expired. */
export class TokenExpiredError extends AuthenticationError {
  constructor(message = 'The token has expired', options: ExceptionOptions = {}) {
    super(message, options, { code: 'AUTH.TOKEN_EXPIRED', category: 'authentication' });
  }
}

/** The token is not valid. */
export class TokenInvalidError extends AuthenticationError {
  constructor(message = 'The token is not valid', options: ExceptionOptions = {}) {
    super(message, options, { code: 'AUTH.TOKEN_INVALID', category: 'authentication', severity: 'medium' });
  }
}

/** Authentication is required. */
export class TokenMissingError extends AuthenticationError {
  constructor(message = 'Authentication is required', options: ExceptionOptions = {}) {
    super(message, options, { code: 'AUTH.TOKEN_MISSING', category: 'authentication', severity: 'info' });
  }
}
