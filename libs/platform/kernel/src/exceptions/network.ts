import { AppException, type ExceptionIdentity, type ExceptionOptions } from '../app-exception.js';

/** Another system could not be reached. */
export class NetworkError extends AppException {
  constructor(
    message = 'A network call failed',
    options: ExceptionOptions = {},
    identity: ExceptionIdentity = { code: 'NETWORK.FAILURE', category: 'network' },
  ) {
    super(identity, message, options);
  }
}

/** A network call took too long. */
export class RequestTimeoutError extends NetworkError {
  constructor(message = 'A network call took too long', options: ExceptionOptions = {}) {
    super(message, options, { code: 'NETWORK.REQUEST_TIMEOUT', category: 'network', kind: 'timeout' });
  }
}

/** A network call failed. */
export class RequestFailedError extends NetworkError {
  constructor(message = 'A network call failed', options: ExceptionOptions = {}) {
    super(message, options, { code: 'NETWORK.REQUEST_FAILED', category: 'network' });
  }
}

/** A connection could not be opened in time. */
export class ConnectionTimeoutError extends NetworkError {
  constructor(message = 'A connection could not be opened in time', options: ExceptionOptions = {}) {
    super(message, options, { code: 'NETWORK.CONNECTION_TIMEOUT', category: 'network', kind: 'timeout' });
  }
}

/** The service is not available right now. */
export class ServiceUnavailableError extends NetworkError {
  constructor(message = 'The service is not available right now', options: ExceptionOptions = {}) {
    super(message, options, { code: 'NETWORK.SERVICE_UNAVAILABLE', category: 'network', kind: 'unavailable' });
  }
}
