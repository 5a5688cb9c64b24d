import { AppException, type ExceptionIdentity, type ExceptionOptions } from '../app-exception.js';

/** The law or a policy forbids it. */
export class ComplianceError extends AppException {
  constructor(
    message = 'A legal rule forbids this',
    options: ExceptionOptions = {},
    identity: ExceptionIdentity = {
      code: 'COMPLIANCE.FAILURE',
      category: 'business_logic',
      kind: 'forbidden',
      severity: 'high',
    },
  ) {
    super(identity, message, options);
  }
}

/** This would violate data protection law. */
export class GDPRViolationError extends ComplianceError {
  constructor(message = 'This would violate data protection law', options: ExceptionOptions = {}) {
    super(message, options, {
      code: 'COMPLIANCE.GDPR_VIOLATION',
      category: 'business_logic',
      kind: 'forbidden',
      severity: 'high',
    });
  }
}

/** The retention rules forbid this. */
export class DataRetentionError extends ComplianceError {
  constructor(message = 'The retention rules forbid this', options: ExceptionOptions = {}) {
    super(message, options, {
      code: 'COMPLIANCE.DATA_RETENTION',
      category: 'business_logic',
      kind: 'conflict',
      severity: 'medium',
    });
  }
}

/** The person has not consented to this. */
export class ConsentError extends ComplianceError {
  constructor(message = 'The person has not consented to this', options: ExceptionOptions = {}) {
    super(message, options, { code: 'COMPLIANCE.CONSENT_MISSING', category: 'business_logic', kind: 'forbidden' });
  }
}
