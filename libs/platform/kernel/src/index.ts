export { AppException, type ExceptionIdentity, type ExceptionOptions } from './app-exception.js';
export { type JsonShape, pruneJson, shapeOfJson, soundJson } from './bounded-json.js';
export { cutText, LEFT_OUT, soundText } from './bounded-text.js';
export { cpuMsOf } from './cpu-time.js';
export { csvLine, csvText } from './csv.js';
export { FairTurns } from './fair-turns.js';
export { GroupCommit } from './group-commit.js';
export { textPieces } from './text-pieces.js';
export { Clock, SystemClock } from './clock.js';
export {
  DEFAULT_KIND,
  DEFAULT_SEVERITY,
  ERROR_CATEGORIES,
  type ErrorCategory,
  type FailureKind,
  SEVERITIES,
  type Severity,
} from './error-category.js';
export { ErrorReporter, type FailureReport, NoErrorReporter } from './error-reporter.js';
export { Ids, isUuid, uuidFromBytes, uuidToBytes, UuidV7Ids } from './ids.js';
export { KernelModule } from './kernel.module.js';
export { durationOf, type LatencyCounts, percentileOf, slotOf } from './latency-histogram.js';
export { MAX_TRACED, type Named, type Traced } from './named.js';
export { type Page, PAGE_LIMIT, pageOf } from './page.js';
export { RecentMap } from './recent-map.js';
export { differences, fingerprintOf, type RequestFingerprint } from './request-fingerprint.js';
export { unlessLate } from './unless-late.js';
export { includesRole, rankOf, type Role, ROLES } from './role.js';
export { currentContext, type RequestContext, runInContext } from './request-context.js';
export {
  AgentNotFoundException,
  AuthorizationException,
  ConnectionException,
  DatabaseException,
  DecryptionException,
  DiskSpaceException,
  DuplicateRecordException,
  EXCEPTIONS,
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
} from './exceptions.js';
