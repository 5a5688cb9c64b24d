import { AppException, type ExceptionIdentity, type ExceptionOptions } from '../app-exception.js';

/** Resources ran short. */
export class PerformanceError extends AppException {
  constructor(
    message = 'The service is overloaded',
    options: ExceptionOptions = {},
    identity: ExceptionIdentity = { code: 'PERFORMANCE.FAILURE', category: 'performance' },
  ) {
    super(identity, message, options);
  }
}

/** The operation took longer than allowed. */
export class PerformanceThresholdError extends PerformanceError {
  constructor(message = 'The operation took longer than allowed', options: ExceptionOptions = {}) {
    super(message, options, { code: 'PERFORMANCE.THRESHOLD_EXCEEDED', category: 'performance', severity: 'medium' });
  }
}

/** There is not enough memory. */
export class MemoryError extends PerformanceError {
  constructor(message = 'There is not enough memory', options: ExceptionOptions = {}) {
    super(message, options, { code: 'PERFORMANCE.MEMORY', category: 'performance', severity: 'critical' });
  }
}

/** There is not enough computing time. */
export class CPUError extends PerformanceError {
  constructor(message = 'There is not enough computing time', options: ExceptionOptions = {}) {
    super(message, options, { code: 'PERFORMANCE.CPU', category: 'performance' });
  }
}
