import { AppException, type ExceptionOptions } from '#platform/kernel';

/** The idempotency key came with another request before. */
export class IdempotencyKeyReusedException extends AppException {
  constructor(message = 'The idempotency key was used for another request', options: ExceptionOptions = {}) {
    super({ code: 'IDEMPOTENCY.KEY_REUSED', category: 'validation', kind: 'invalid' }, message, options);
  }
}

/** The first request with the idempotency key is not answered yet. */
export class RequestInFlightException extends AppException {
  constructor(message = 'The first request with this key is not answered yet', options: ExceptionOptions = {}) {
    super({ code: 'IDEMPOTENCY.IN_FLIGHT', category: 'business_logic', kind: 'conflict' }, message, {
      retryAfterSeconds: 1,
      ...options,
    });
  }
}
