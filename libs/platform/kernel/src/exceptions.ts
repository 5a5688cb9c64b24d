import { AppException, type ExceptionIdentity, type ExceptionOptions } from './app-exception.js';
import type { ErrorCategory } from './error-category.js';
import { EXCEPTION_TABLE, type ExceptionRow } from './exception-table.js';

/** A failure of the table. Can be thrown as it is, with another message, or extended by one with a code of its own. */
export type ExceptionClass = new (
  message?: string,
  options?: ExceptionOptions,
  identity?: ExceptionIdentity,
) => AppException;

class ListedException extends AppException {
  constructor(message: string, options: ExceptionOptions, identity: ExceptionIdentity) {
    super(identity, message, options);
  }
}

/** The class of a row, called as the row is: the type of a recorded error is the name of its class. */
function classOf(name: string, identity: ExceptionIdentity, text: string, parent: ExceptionClass): ExceptionClass {
  const made = {
    [name]: class extends parent {
      constructor(message = text, options: ExceptionOptions = {}, own = identity) {
        super(message, options, own);
      }
    },
  };
  return made[name] as ExceptionClass;
}

function classesOf(
  table: Record<string, ExceptionRow>,
): Map<string, { category: ErrorCategory; made: ExceptionClass }> {
  const classes = new Map<string, { category: ErrorCategory; made: ExceptionClass }>();
  for (const [name, [of, code, message, more]] of Object.entries(table)) {
    const family = classes.get(of);
    const category = family?.category ?? (of as ErrorCategory);
    const parent = family?.made ?? (ListedException as ExceptionClass);
    classes.set(name, { category, made: classOf(name, { code, category, ...more }, message, parent) });
  }
  return classes;
}

/** Every class of the table, by its name. */
export const EXCEPTIONS = Object.fromEntries(
  [...classesOf(EXCEPTION_TABLE)].map(([name, { made }]) => [name, made]),
) as {
  readonly [Name in keyof typeof EXCEPTION_TABLE]: ExceptionClass;
};

export const {
  AgentNotFoundException,
  AuthorizationException,
  ConnectionException,
  DatabaseException,
  DecryptionException,
  DiskSpaceException,
  DuplicateRecordException,
  IntegrityException,
  InvalidCredentialsException,
  InvalidInputException,
  QueryException,
  RoleRequiredException,
  SchemaValidationException,
  ServiceUnavailableException,
  TokenExpiredException,
  TokenInvalidException,
  TokenMissingException,
  TransactionException,
  ValidationException,
} = EXCEPTIONS;
export type SchemaValidationException = AppException;
export type ValidationException = AppException;
