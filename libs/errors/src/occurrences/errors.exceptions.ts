import { AppException, type ExceptionOptions } from '#platform/kernel';

/** The disk share of reports that wait for the database is used up; the sender should slow down. */
export class LedgerFullException extends AppException {
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

/** The disk share is nearly used up, so that only what is grave is taken. */
export class LedgerSheddingException extends AppException {
  constructor(
    message = 'Reports of severity low and info are refused until fewer reports wait to be stored',
    options: ExceptionOptions = {},
  ) {
    super({ code: 'ERRORS.SHEDDING', category: 'performance', kind: 'rate_limited' }, message, {
      retryAfterSeconds: 30,
      ...options,
    });
  }
}

/** The write-ahead file cannot be written, so nothing can be promised. */
export class LedgerUnwritableException extends AppException {
  constructor(message = 'Reports cannot be accepted right now', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.UNWRITABLE', category: 'file_system', kind: 'unavailable' }, message, {
      retryAfterSeconds: 10,
      ...options,
    });
  }
}

/** There is no group of this id. */
export class ErrorGroupNotFoundException extends AppException {
  constructor(message = 'There is no such group of errors', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.GROUP_NOT_FOUND', category: 'database', kind: 'not_found' }, message, options);
  }
}

/** There is no occurrence of this id, or its retention has passed. */
export class OccurrenceNotFoundException extends AppException {
  constructor(message = 'There is no such error', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.OCCURRENCE_NOT_FOUND', category: 'database', kind: 'not_found' }, message, options);
  }
}

/** There is no run of this id. */
export class RunNotFoundException extends AppException {
  constructor(message = 'There is no such run', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.RUN_NOT_FOUND', category: 'database', kind: 'not_found' }, message, options);
  }
}

/** The bytes are no envelope of the Sentry protocol, or one of its events is none. */
export class MalformedEnvelopeException extends AppException {
  constructor(message = 'The envelope cannot be read', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.MALFORMED_ENVELOPE', category: 'validation', kind: 'malformed' }, message, options);
  }
}

/** An event is larger than the ledger takes. */
export class EventTooLargeException extends AppException {
  constructor(message = 'An event may be 1 MB', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.EVENT_TOO_LARGE', category: 'validation', kind: 'too_large' }, message, options);
  }
}

/** The key of the DSN is not one of this project. */
export class UnknownDsnKeyException extends AppException {
  constructor(message = 'The key of the DSN is not one of this project', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.UNKNOWN_KEY', category: 'authorization', kind: 'forbidden' }, message, options);
  }
}

/** The project has used up its events of this minute. */
export class ProjectRateExceededException extends AppException {
  constructor(message = 'The project has used up its events of this minute', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.PROJECT_RATE_EXCEEDED', category: 'performance', kind: 'rate_limited' }, message, options);
  }
}

/** There is no project of this id. */
export class ProjectNotFoundException extends AppException {
  constructor(message = 'There is no such project', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.PROJECT_NOT_FOUND', category: 'database', kind: 'not_found' }, message, options);
  }
}

/** Another project has this name. */
export class ProjectNameTakenException extends AppException {
  constructor(message = 'Another project has this name', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.PROJECT_NAME_TAKEN', category: 'business_logic', kind: 'conflict' }, message, options);
  }
}

/** The project has no such key. */
export class ProjectKeyNotFoundException extends AppException {
  constructor(message = 'The project has no such key', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.KEY_NOT_FOUND', category: 'database', kind: 'not_found' }, message, options);
  }
}

/** There is no alert of this id. */
export class AlertNotFoundException extends AppException {
  constructor(message = 'There is no such alert', options: ExceptionOptions = {}) {
    super({ code: 'ERRORS.ALERT_NOT_FOUND', category: 'database', kind: 'not_found' }, message, options);
  }
}
