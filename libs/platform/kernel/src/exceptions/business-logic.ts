import { AppException, type ExceptionIdentity, type ExceptionOptions } from '../app-exception.js';

/** The request is well-formed and against a rule of the business. */
export class BusinessLogicError extends AppException {
  constructor(
    message = 'A business rule forbids this',
    options: ExceptionOptions = {},
    identity: ExceptionIdentity = { code: 'BUSINESS.RULE_VIOLATED', category: 'business_logic' },
  ) {
    super(identity, message, options);
  }
}

/** The current state does not allow this. */
export class InvalidStateError extends BusinessLogicError {
  constructor(message = 'The current state does not allow this', options: ExceptionOptions = {}) {
    super(message, options, { code: 'BUSINESS.INVALID_STATE', category: 'business_logic' });
  }
}

/** This operation is not allowed. */
export class OperationNotAllowedError extends BusinessLogicError {
  constructor(message = 'This operation is not allowed', options: ExceptionOptions = {}) {
    super(message, options, { code: 'BUSINESS.OPERATION_NOT_ALLOWED', category: 'business_logic' });
  }
}

/** The quota is used up. */
export class QuotaExceededError extends BusinessLogicError {
  constructor(message = 'The quota is used up', options: ExceptionOptions = {}) {
    super(message, options, { code: 'BUSINESS.QUOTA_EXCEEDED', category: 'business_logic', kind: 'rate_limited' });
  }
}

/** The resource was changed or is in use. */
export class ResourceConflictError extends BusinessLogicError {
  constructor(message = 'The resource was changed or is in use', options: ExceptionOptions = {}) {
    super(message, options, { code: 'BUSINESS.RESOURCE_CONFLICT', category: 'business_logic' });
  }
}
