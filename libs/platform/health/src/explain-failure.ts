import { EXIT_CONFIG, InvalidConfigurationException } from '#config';
import { EmbeddedPostgresError, SchemaIncompleteError, sqlStateOf, translateDatabaseError } from '#platform/database';
import { ConnectionException } from '#platform/kernel';

/** Something that the process needs is not there (EX_UNAVAILABLE of sysexits.h); another try may succeed. */
const EXIT_UNAVAILABLE = 69;

/** One sentence that says what to do, and the status to end with. */
export interface Explanation {
  readonly message: string;
  readonly exitCode: number;
}

const config = (message: string): Explanation => ({ message, exitCode: EXIT_CONFIG });
const unavailable = (message: string): Explanation => ({ message, exitCode: EXIT_UNAVAILABLE });

/** Why a process could not start, when the operator can mend it; a fault of ours is not explained and shows its stack. */
export function explainFailure(error: unknown): Explanation | undefined {
  if (error instanceof InvalidConfigurationException) return config(error.message);
  if (error instanceof EmbeddedPostgresError || error instanceof SchemaIncompleteError)
    return unavailable(error.message);
  return explainSystemError(error) ?? explainDatabaseError(error);
}

/** What Node says of a port or a file. */
function explainSystemError(error: unknown): Explanation | undefined {
  const { code, syscall, path, port, address } = (error ?? {}) as NodeJS.ErrnoException & {
    port?: number;
    address?: string;
  };
  if (syscall === 'listen') {
    if (code === 'EADDRINUSE')
      return unavailable(`Port ${port} of ${address} is taken: stop what listens there, or set PORT.`);
    if (code === 'EACCES') return config(`Port ${port} needs rights that this user has not: set a PORT above 1023.`);
    return config(`Cannot listen on ${address}: set HOST to an address of this machine (${code}).`);
  }
  if (path === undefined || code === undefined || syscall === 'connect') return undefined;
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'this user may not',
    EPERM: 'this user may not',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    ENOTDIR: 'a part of the path is no folder',
    EEXIST: 'there is a file of this name',
  };
  // Of a file that is missing where it should be read, this would be the wrong advice.
  const reason = code === 'ENOENT' && syscall === 'mkdir' ? 'no folder can be made there' : reasons[code];
  const advice = 'give it to this user, or set DATA_DIR, ARTIFACTS_DIR or LOG_DIR to a folder that can be written';
  return reason === undefined ? undefined : config(`Cannot write ${path}, as ${reason}: ${advice}.`);
}

function explainDatabaseError(error: unknown): Explanation | undefined {
  const state = sqlStateOf(error);
  if (state?.startsWith('28')) return config('The database refuses the user or the password of DATABASE_URL.');
  if (state === '3D000') return config('The database that DATABASE_URL names does not exist: create it.');
  if (state === '42501')
    return config(
      'The role of DATABASE_URL lacks rights: make it the owner of the database, or grant it CREATE on its schema and all on its tables.',
    );
  if (state === '42P01') return unavailable(new SchemaIncompleteError().message);
  if (!(translateDatabaseError(error) instanceof ConnectionException)) return undefined;
  return unavailable(
    `The database of DATABASE_URL cannot be reached: start it, or correct the address (${wordsOf(error)}).`,
  );
}

/** What is wrong with a connection; Node gives no message where it tried several addresses. */
function wordsOf(error: unknown): string {
  const { message, code, errors } = error as Error & { code?: string; errors?: readonly Error[] };
  return (message || errors?.[0]?.message || code) ?? 'no answer';
}
