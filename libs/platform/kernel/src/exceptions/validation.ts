import { AppException, type ExceptionIdentity, type ExceptionOptions } from '../app-exception.js';

/** What was sent cannot be accepted. */
export class ValidationError extends AppException {
  constructor(
    message = 'The request is not valid',
    options: ExceptionOptions = {},
    identity: ExceptionIdentity = { code: 'VALIDATION.FAILED', category: 'validation' },
  ) {
    super(identity, message, options);
  }
}

/** The input is malformed. */
export class InvalidInputError extends ValidationError {
  constructor(message = 'The input is malformed', options: ExceptionOptions = {}) {
    super(message, options, { code: 'VALIDATION.INVALID_INPUT', category: 'validation', kind: 'malformed' });
  }
}

/** A required field is missing. */
export class MissingFieldError extends ValidationError {
  constructor(message = 'A required field is missing', options: ExceptionOptions = {}) {
    super(message, options, { code: 'VALIDATION.MISSING_FIELD', category: 'validation' });
  }
}

/** A field has the wrong format. */
export class InvalidFormatError extends ValidationError {
  constructor(message = 'A field has the wrong format', options: ExceptionOptions = {}) {
    super(message, options, { code: 'VALIDATION.INVALID_FORMAT', category: 'validation' });
  }
}

/** The content does not match its schema. */
export class SchemaValidationError extends ValidationError {
  constructor(message = 'The content does not match its schema', options: ExceptionOptions = {}) {
    super(message, options, { code: 'VALIDATION.SCHEMA_MISMATCH', category: 'validation' });
  }
}
