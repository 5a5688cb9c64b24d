import { AppException, type ExceptionIdentity, type ExceptionOptions } from '../app-exception.js';

/** A service of somebody else failed. */
export class ExternalAPIError extends AppException {
  constructor(
    message = 'An external service failed',
    options: ExceptionOptions = {},
    identity: ExceptionIdentity = { code: 'EXTERNAL_API.FAILURE', category: 'external_api' },
  ) {
    super(identity, message, options);
  }
}

/** No key for the external service is configured. */
export class APIKeyMissingError extends ExternalAPIError {
  constructor(message = 'No key for the external service is configured', options: ExceptionOptions = {}) {
    super(message, options, { code: 'EXTERNAL_API.KEY_MISSING', category: 'external_api', kind: 'unavailable' });
  }
}

/** The external service refused our key. */
export class APIKeyInvalidError extends ExternalAPIError {
  constructor(message = 'The external service refused our key', options: ExceptionOptions = {}) {
    super(message, options, { code: 'EXTERNAL_API.KEY_INVALID', category: 'external_api' });
  }
}

/** Too many requests. */
export class APIRateLimitError extends ExternalAPIError {
  constructor(message = 'Too many requests', options: ExceptionOptions = {}) {
    super(message, options, { code: 'EXTERNAL_API.RATE_LIMITED', category: 'external_api', kind: 'rate_limited' });
  }
}

/** The external service gave an unusable answer. */
export class APIResponseError extends ExternalAPIError {
  constructor(message = 'The external service gave an unusable answer', options: ExceptionOptions = {}) {
    super(message, options, { code: 'EXTERNAL_API.BAD_RESPONSE', category: 'external_api' });
  }
}
