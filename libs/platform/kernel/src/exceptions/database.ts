import { AppException, type ExceptionIdentity, type ExceptionOptions } from '../app-exception.js';

/** The database failed or refused. */
export class DatabaseError extends AppException {
  constructor(
    message = 'The database failed',
    options: ExceptionOptions = {},
    identity: ExceptionIdentity = { code: 'DATABASE.FAILURE', category: 'database' },
  ) {
    super(identity, message, options);
  }
}

/** The database cannot be reached. */
export class ConnectionError extends DatabaseError {
  constructor(message = 'The database cannot be reached', options: ExceptionOptions = {}) {
    super(message, options, {
      code: 'DATABASE.CONNECTION_FAILED',
      category: 'database',
      kind: 'unavailable',
      severity: 'critical',
    });
  }
}

/** A database query failed. */
export class QueryError extends DatabaseError {
  constructor(message = 'A database query failed', options: ExceptionOptions = {}) {
    super(message, options, { code: 'DATABASE.QUERY_FAILED', category: 'database' });
  }
}

/** The transaction could not be completed; try again. */
export class TransactionError extends DatabaseError {
  constructor(message = 'The transaction could not be completed; try again', options: ExceptionOptions = {}) {
    super(message, options, { code: 'DATABASE.TRANSACTION_FAILED', category: 'database', kind: 'unavailable' });
  }
}

/** There is no such record. */
export class RecordNotFoundError extends DatabaseError {
  constructor(message = 'There is no such record', options: ExceptionOptions = {}) {
    super(message, options, { code: 'DATABASE.RECORD_NOT_FOUND', category: 'database', kind: 'not_found' });
  }
}

/** Such a record exists already. */
export class DuplicateRecordError extends DatabaseError {
  constructor(message = 'Such a record exists already', options: ExceptionOptions = {}) {
    super(message, options, { code: 'DATABASE.DUPLICATE_RECORD', category: 'database', kind: 'conflict' });
  }
}

/** The change would break the integrity of the data. */
export class IntegrityError extends DatabaseError {
  constructor(message = 'The change would break the integrity of the data', options: ExceptionOptions = {}) {
    super(message, options, { code: 'DATABASE.INTEGRITY_VIOLATION', category: 'database', kind: 'conflict' });
  }
}
