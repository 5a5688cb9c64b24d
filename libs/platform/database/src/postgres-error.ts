import {
  AppException,
  ConnectionException,
  DatabaseException,
  DiskSpaceException,
  DuplicateRecordException,
  type ExceptionOptions,
  IntegrityException,
  InvalidInputException,
  QueryException,
  SchemaValidationException,
  TransactionException,
} from '#platform/kernel';

/** What PostgreSQL says about a failure, as far as the service looks at it. */
interface PostgresError {
  code: string;
  constraint?: string;
}

/** Codes of Node's sockets and messages of `pg` that mean the server cannot be reached. */
const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'EAI_AGAIN',
]);
const CONNECTION_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|not queryable|Driver not Connected|pool after calling end/i;

/** The SQLSTATE of a failure, looked for through TypeORM's wrapping; `undefined` when it did not come from PostgreSQL. */
export function sqlStateOf(error: unknown): string | undefined {
  return postgresErrorOf(error)?.code;
}

/** Whether the failure is a violation of a unique constraint, optionally of the named one (SQLSTATE 23505). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const found = postgresErrorOf(error);
  return found?.code === '23505' && (constraint === undefined || found.constraint === constraint);
}

/** Whether repeating the whole transaction can help: serialization failure, deadlock (SQLSTATE 40001, 40P01), or an outdated plan. */
export function isRetryable(error: unknown): boolean {
  const code = sqlStateOf(error);
  return code === '40001' || code === '40P01' || isOutdatedPlan(error);
}

/** Whether a statement was refused because one before it in its transaction had failed (SQLSTATE 25P02). */
export function isAfterFailure(error: unknown): boolean {
  return sqlStateOf(error) === '25P02';
}

/**
 * Whether a prepared statement was refused because a column came to what it reads since its connection prepared it: another replica brought
 * the schema up to date. It had no effect; a new connection prepares it anew.
 */
export function isOutdatedPlan(error: unknown): boolean {
  return sqlStateOf(error) === '0A000' && /cached plan must not change result type/.test((error as Error).message);
}

/**
 * Whether the connection may not be used again: PostgreSQL ended it (SQLSTATE classes 08 and 57P), the failure did not come from
 * PostgreSQL at all, or what the connection has prepared is outdated.
 */
export function endsConnection(error: unknown): boolean {
  const code = sqlStateOf(error);
  return code === undefined || code.startsWith('08') || code.startsWith('57P') || isOutdatedPlan(error);
}

/**
 * Turns a failure of the database into the exception a caller may see; `undefined` when it is none. The database's own
 * words stay in `cause`: they can hold SQL and values.
 */
export function translateDatabaseError(error: unknown): AppException | undefined {
  if (error instanceof AppException) return error;
  const found = postgresErrorOf(error);
  if (found) return bySqlState(found, error);
  return isConnectionFailure(error)
    ? new ConnectionException(undefined, { cause: error, retryAfterSeconds: 2 })
    : undefined;
}

function bySqlState({ code, constraint }: PostgresError, cause: unknown): AppException {
  const options: ExceptionOptions = { cause, ...(constraint === undefined ? {} : { details: { constraint } }) };
  switch (code) {
    case '23505':
      return new DuplicateRecordException(undefined, options);
    case '23503':
      return new IntegrityException('The record is referred to, or refers to one that does not exist', options);
    case '23502':
    case '23514':
      return new SchemaValidationException('A value is outside what the data model allows', options);
    case '40001':
    case '40P01':
      return new TransactionException(undefined, { cause, retryAfterSeconds: 1 });
    case '57014':
    case '55P03':
      return new TransactionException('The database took too long; try again', { cause, retryAfterSeconds: 1 });
    case '53100':
      return new DiskSpaceException('The database has no space left', { cause });
    default:
  }
  switch (code.slice(0, 2)) {
    case '22':
      return new InvalidInputException('A value cannot be stored', { cause });
    case '23':
      return new IntegrityException(undefined, options);
    case '08':
    case '57':
    case '53':
      return new ConnectionException(undefined, { cause, retryAfterSeconds: 2 });
    case '42':
      return new QueryException(undefined, { cause });
    default:
      return new DatabaseException(undefined, { cause });
  }
}

function isConnectionFailure(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message } = error as { code?: unknown; message?: unknown };
  const isKnownCode = typeof code === 'string' && CONNECTION_CODES.has(code);
  return isKnownCode || (typeof message === 'string' && CONNECTION_MESSAGE.test(message));
}

function postgresErrorOf(error: unknown): PostgresError | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('driverError' in error) return postgresErrorOf(error.driverError);
  // SQLSTATE is five characters of class and condition (PostgreSQL documentation, appendix A).
  const isSqlState = 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code);
  return isSqlState && 'severity' in error ? (error as unknown as PostgresError) : undefined;
}
