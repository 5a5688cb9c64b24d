import { AppException, type ExceptionIdentity, type ExceptionOptions } from '../app-exception.js';

/** Something meant to protect failed, or somebody tried to get around it. */
export class SecurityError extends AppException {
  constructor(
    message = 'A security check failed',
    options: ExceptionOptions = {},
    identity: ExceptionIdentity = { code: 'SECURITY.FAILURE', category: 'security' },
  ) {
    super(identity, message, options);
  }
}

/** The data could not be encrypted. */
export class EncryptionError extends SecurityError {
  constructor(message = 'The data could not be encrypted', options: ExceptionOptions = {}) {
    super(message, options, { code: 'SECURITY.ENCRYPTION_FAILED', category: 'security' });
  }
}

/** The data could not be decrypted. */
export class DecryptionError extends SecurityError {
  constructor(message = 'The data could not be decrypted', options: ExceptionOptions = {}) {
    super(message, options, { code: 'SECURITY.DECRYPTION_FAILED', category: 'security' });
  }
}

/** The data could not be hashed. */
export class HashingError extends SecurityError {
  constructor(message = 'The data could not be hashed', options: ExceptionOptions = {}) {
    super(message, options, { code: 'SECURITY.HASHING_FAILED', category: 'security' });
  }
}

/** The signature is not valid. */
export class SignatureError extends SecurityError {
  constructor(message = 'The signature is not valid', options: ExceptionOptions = {}) {
    super(message, options, {
      code: 'SECURITY.SIGNATURE_INVALID',
      category: 'security',
      kind: 'unauthenticated',
      severity: 'medium',
    });
  }
}

/** The input was refused. */
export class SQLInjectionAttemptError extends SecurityError {
  constructor(message = 'The input was refused', options: ExceptionOptions = {}) {
    super(message, options, {
      code: 'SECURITY.SQL_INJECTION_ATTEMPT',
      category: 'security',
      kind: 'malformed',
      severity: 'high',
    });
  }
}

/** The input was refused. */
export class XSSAttemptError extends SecurityError {
  constructor(message = 'The input was refused', options: ExceptionOptions = {}) {
    super(message, options, {
      code: 'SECURITY.XSS_ATTEMPT',
      category: 'security',
      kind: 'malformed',
      severity: 'high',
    });
  }
}
