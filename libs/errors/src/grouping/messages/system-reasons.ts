/**
 * What the system says when a call fails, in its own words: of Linux, macOS and Windows, whose words mean the same. Languages without a
 * class or a number for each failure (Go, Rust, Perl, Lua) have nothing else to tell a full disk from a missing right.
 */
const REASONS: Readonly<Record<string, readonly string[]>> = {
  EACCES: ['permission denied', 'access is denied'],
  EPERM: ['operation not permitted'],
  ENOENT: [
    'no such file or directory',
    'the system cannot find the file specified',
    'the system cannot find the path specified',
  ],
  EEXIST: ['file exists', 'cannot create a file when that file already exists'],
  ENOSPC: ['no space left on device', 'there is not enough space on the disk'],
  EDQUOT: ['disk quota exceeded'],
  EROFS: ['read-only file system'],
  EMFILE: ['too many open files'],
  ENFILE: ['too many open files in system'],
  EISDIR: ['is a directory'],
  ENOTDIR: ['not a directory'],
  ENOTEMPTY: ['directory not empty'],
  ENAMETOOLONG: ['file name too long'],
  EFBIG: ['file too large'],
  EXDEV: ['invalid cross-device link'],
  ETXTBSY: ['text file busy'],
  ESTALE: ['stale file handle', 'stale nfs file handle'],
  EBUSY: ['device or resource busy', 'the process cannot access the file because it is being used by another process'],
  EIO: ['input/output error'],
  ENOMEM: ['cannot allocate memory'],
  EAGAIN: ['resource temporarily unavailable'],
  ENODEV: ['no such device'],
  ESRCH: ['no such process'],
  ECONNREFUSED: ['connection refused', 'no connection could be made because the target machine actively refused it'],
  ECONNRESET: ['connection reset by peer', 'an existing connection was forcibly closed by the remote host'],
  EPIPE: ['broken pipe'],
  ETIMEDOUT: ['connection timed out', 'operation timed out', 'i/o timeout'],
  EHOSTUNREACH: ['no route to host', 'host is unreachable'],
  ENETUNREACH: ['network is unreachable'],
  EADDRINUSE: ['address already in use'],
  EADDRNOTAVAIL: ['cannot assign requested address'],
  ENOTFOUND: ['no such host', 'no such host is known'],
  EAI_AGAIN: ['temporary failure in name resolution'],
  // What the library of Go says in one value each.
  DEADLINE_EXCEEDED: ['context deadline exceeded'],
  CANCELLED: ['context canceled'],
  UNEXPECTED_EOF: ['unexpected eof'],
  CLOSED: ['use of closed network connection', 'file already closed', 'sql: database is closed'],
  BAD_CONNECTION: ['driver: bad connection'],
  NO_ROWS: ['sql: no rows in result set'],
  TRANSACTION_DONE: ['sql: transaction has already been committed or rolled back'],
  SYNTAX: ['invalid syntax'],
  RANGE: ['value out of range'],
  JSON_END: ['unexpected end of json input'],
  NO_JSON: ['looking for beginning of value'],
  TOO_LARGE: ['http: request body too large', 'token too long'],
  X509_EXPIRED: ['x509: certificate has expired or is not yet valid'],
  X509_AUTHORITY: ['x509: certificate signed by unknown authority'],
  X509_NAME: ['x509: certificate is valid for'],
};

const BY_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries(REASONS).flatMap(([code, said]) =>
    // Erlang and Elixir have atoms: `{:error, :enoent}`.
    [...said, `:${code.toLowerCase()}`].map((words): [string, string] => [words, code]),
  ),
);

/** The longer words first: one may begin with another. */
const ANY_REASON = new RegExp(
  String.raw`(?<![\w-])(?:${[...BY_WORDS.keys()].sort((one, other) => other.length - one.length).join('|')})(?![\w-])`,
  'i',
);

/** The code of what the system said, as POSIX calls it; `undefined` when it said nothing that is known. */
export function reasonOfSystem(text: string): string | undefined {
  const words = ANY_REASON.exec(text)?.[0];
  return words === undefined ? undefined : BY_WORDS.get(words.toLowerCase());
}
