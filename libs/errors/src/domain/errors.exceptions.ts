import { AppException, type ExceptionOptions } from '#platform/kernel';

/** The disk share of reports that wait for the database is used up; the sender should slow down. */
export class LedgerFullError extends AppException {
  constructor(
    message = 'Too many reports wait to be stored; send this one again later',
    options: ExceptionOptions = {},
  ) {
    super({ code: 'ERRORS.BACKLOG_FULL', category: 'performance', kind: 'rate_limited' }, message, {
      retryAfterSeconds: 10,
      ...options,
    });
  }
}

/** The write-ahead file cannot be written, so nothing can be promised. */
export class LedgerUnwritableError extends AppException {
  constructor(message = 'Reports cannot be accepted right now', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.UNWRITABLE', category: 'file_system', kind: 'unavailable' }, message, {
      retryAfterSeconds: 10,
      ...options,
    });
  }
}

/** There is no group of this id. */
export class ErrorGroupNotFoundError extends AppException {
  constructor(message = 'There is no such group of errors', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.GROUP_NOT_FOUND', category: 'database', kind: 'not_found' }, message, options);
  }
}

/** There is no occurrence of this id, or its retention has passed. */
export class OccurrenceNotFoundError extends AppException {
  constructor(message = 'There is no such error', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.OCCURRENCE_NOT_FOUND', category: 'database', kind: 'not_found' }, message, options);
  }
}

/** There is no run of this id. */
export class RunNotFoundError extends AppException {
  constructor(message = 'There is no such run', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.RUN_NOT_FOUND', category: 'database', kind: 'not_found' }, message, options);
  }
}
