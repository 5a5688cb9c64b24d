export {
  AppException,
  type AppExceptionClass,
  type ExceptionIdentity,
  type ExceptionOptions,
} from './app-exception.js';
export { type JsonShape, pruneJson, shapeOfJson, soundJson } from './bounded-json.js';
export { cutText, LEFT_OUT, soundText } from './bounded-text.js';
export { cpuMsOf } from './cpu-time.js';
export { csvLine, csvText } from './csv.js';
export { FairTurns } from './fair-turns.js';
export { textPieces } from './text-pieces.js';
export { Clock, SystemClock } from './clock.js';
export {
  DEFAULT_KIND,
  DEFAULT_SEVERITY,
  ERROR_CATEGORIES,
  type ErrorCategory,
  FAILURE_KINDS,
  type FailureKind,
  SEVERITIES,
  type Severity,
} from './error-category.js';
export { ErrorReporter, type FailureReport, NoErrorReporter } from './error-reporter.js';
export { EXCEPTION_FAMILIES } from './exceptions/catalogue.js';
export {
  AuthenticationError,
  InvalidCredentialsError,
  TokenExpiredError,
  TokenInvalidError,
  TokenMissingError,
} from './exceptions/authentication.js';
export { AuthorizationError, InsufficientPermissionsError, RoleRequiredError } from './exceptions/authorization.js';
export {
  ConnectionError,
  DatabaseError,
  DuplicateRecordError,
  IntegrityError,
  QueryError,
  RecordNotFoundError,
  TransactionError,
} from './exceptions/database.js';
export {
  InvalidFormatError,
  InvalidInputError,
  MissingFieldError,
  SchemaValidationError,
  ValidationError,
} from './exceptions/validation.js';
export {
  ConnectionTimeoutError,
  NetworkError,
  RequestFailedError,
  RequestTimeoutError,
  ServiceUnavailableError,
} from './exceptions/network.js';
export {
  BusinessLogicError,
  InvalidStateError,
  OperationNotAllowedError,
  QuotaExceededError,
  ResourceConflictError,
} from './exceptions/business-logic.js';
export {
  ConfigurationError,
  EnvironmentError,
  InvalidConfigurationError,
  MissingConfigurationError,
} from './exceptions/configuration.js';
export {
  APIKeyInvalidError,
  APIKeyMissingError,
  APIRateLimitError,
  APIResponseError,
  ExternalAPIError,
} from './exceptions/external-api.js';
export {
  DiskSpaceError,
  FileCorruptedError,
  FileNotFoundError,
  FilePermissionError,
  FileSystemError,
} from './exceptions/file-system.js';
export {
  AgentCircuitBreakerError,
  AgentError,
  AgentExecutionError,
  AgentNotAvailableError,
  AgentNotFoundError,
  AgentTimeoutError,
} from './exceptions/agent.js';
export {
  InvalidModelError,
  MLError,
  ModelLoadError,
  ModelNotFoundError,
  PredictionError,
  TrainingError,
} from './exceptions/machine-learning.js';
export {
  DecryptionError,
  EncryptionError,
  HashingError,
  SQLInjectionAttemptError,
  SecurityError,
  SignatureError,
  XSSAttemptError,
} from './exceptions/security.js';
export { CPUError, MemoryError, PerformanceError, PerformanceThresholdError } from './exceptions/performance.js';
export { ComplianceError, ConsentError, DataRetentionError, GDPRViolationError } from './exceptions/compliance.js';
export { Ids, isUuid, uuidFromBytes, uuidToBytes, UuidV7Ids } from './ids.js';
export { KernelModule } from './kernel.module.js';
export { type Page, PAGE_LIMIT, pageOf } from './page.js';
export { RecentMap } from './recent-map.js';
export { differingFields, fingerprintOf, type RequestFingerprint } from './request-fingerprint.js';
export { includesRole, rankOf, type Role, ROLES } from './role.js';
export { currentContext, type RequestContext, runInContext } from './request-context.js';
