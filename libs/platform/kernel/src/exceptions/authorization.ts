import { AppException, type ExceptionIdentity, type ExceptionOptions } from '../app-exception.js';

/** The caller is known and may not do this. */
export class AuthorizationError extends AppException {
  constructor(
    message = 'This is not allowed',
    options: ExceptionOptions = {},
    identity: ExceptionIdentity = { code: 'AUTH.FORBIDDEN', category: 'authorization' },
  ) {
    super(identity, message, options);
  }
}

/** The permissions do not suffice. */
export class InsufficientPermissionsError extends AuthorizationError {
  constructor(message = 'The permissions do not suffice', options: ExceptionOptions = {}) {
    super(message, options, { code: 'AUTH.INSUFFICIENT_PERMISSIONS', category: 'authorization' });
  }
}

/** A higher role is required. */
export class RoleRequiredError extends AuthorizationError {
  constructor(message = 'A higher role is required', options: ExceptionOptions = {}) {
    super(message, options, { code: 'AUTH.ROLE_REQUIRED', category: 'authorization' });
  }
}
