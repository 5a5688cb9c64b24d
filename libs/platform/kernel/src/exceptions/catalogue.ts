import type { AppExceptionClass } from '../app-exception.js';
import {
  AuthenticationError,
  InvalidCredentialsError,
  TokenExpiredError,
  TokenInvalidError,
  TokenMissingError,
} from './authentication.js';
import { AuthorizationError, InsufficientPermissionsError, RoleRequiredError } from './authorization.js';
import {
  ConnectionError,
  DatabaseError,
  DuplicateRecordError,
  IntegrityError,
  QueryError,
  RecordNotFoundError,
  TransactionError,
} from './database.js';
import {
  InvalidFormatError,
  InvalidInputError,
  MissingFieldError,
  SchemaValidationError,
  ValidationError,
} from './validation.js';
import {
  ConnectionTimeoutError,
  NetworkError,
  RequestFailedError,
  RequestTimeoutError,
  ServiceUnavailableError,
} from './network.js';
import {
  BusinessLogicError,
  InvalidStateError,
  OperationNotAllowedError,
  QuotaExceededError,
  ResourceConflictError,
} from './business-logic.js';
import {
  ConfigurationError,
  EnvironmentError,
  InvalidConfigurationError,
  MissingConfigurationError,
} from './configuration.js';
import {
  APIKeyInvalidError,
  APIKeyMissingError,
  APIRateLimitError,
  APIResponseError,
  ExternalAPIError,
} from './external-api.js';
import {
  DiskSpaceError,
  FileCorruptedError,
  FileNotFoundError,
  FilePermissionError,
  FileSystemError,
} from './file-system.js';
import {
  AgentCircuitBreakerError,
  AgentError,
  AgentExecutionError,
  AgentNotAvailableError,
  AgentNotFoundError,
  AgentTimeoutError,
} from './agent.js';
import {
  InvalidModelError,
  MLError,
  ModelLoadError,
  ModelNotFoundError,
  PredictionError,
  TrainingError,
} from './machine-learning.js';
import {
  DecryptionError,
  EncryptionError,
  HashingError,
  SQLInjectionAttemptError,
  SecurityError,
  SignatureError,
  XSSAttemptError,
} from './security.js';
import { CPUError, MemoryError, PerformanceError, PerformanceThresholdError } from './performance.js';
import { ComplianceError, ConsentError, DataRetentionError, GDPRViolationError } from './compliance.js';

/** Every exception of the platform by family, for the error reference and the documentation of problem types. */
export const EXCEPTION_FAMILIES: readonly {
  readonly base: AppExceptionClass;
  readonly leaves: readonly AppExceptionClass[];
}[] = [
  {
    base: AuthenticationError,
    leaves: [InvalidCredentialsError, TokenExpiredError, TokenInvalidError, TokenMissingError],
  },
  { base: AuthorizationError, leaves: [InsufficientPermissionsError, RoleRequiredError] },
  {
    base: DatabaseError,
    leaves: [ConnectionError, QueryError, TransactionError, RecordNotFoundError, DuplicateRecordError, IntegrityError],
  },
  { base: ValidationError, leaves: [InvalidInputError, MissingFieldError, InvalidFormatError, SchemaValidationError] },
  {
    base: NetworkError,
    leaves: [RequestTimeoutError, RequestFailedError, ConnectionTimeoutError, ServiceUnavailableError],
  },
  {
    base: BusinessLogicError,
    leaves: [InvalidStateError, OperationNotAllowedError, QuotaExceededError, ResourceConflictError],
  },
  { base: ConfigurationError, leaves: [MissingConfigurationError, InvalidConfigurationError, EnvironmentError] },
  { base: ExternalAPIError, leaves: [APIKeyMissingError, APIKeyInvalidError, APIRateLimitError, APIResponseError] },
  { base: FileSystemError, leaves: [FileNotFoundError, FilePermissionError, DiskSpaceError, FileCorruptedError] },
  {
    base: AgentError,
    leaves: [
      AgentNotFoundError,
      AgentNotAvailableError,
      AgentExecutionError,
      AgentTimeoutError,
      AgentCircuitBreakerError,
    ],
  },
  { base: MLError, leaves: [ModelNotFoundError, ModelLoadError, PredictionError, TrainingError, InvalidModelError] },
  {
    base: SecurityError,
    leaves: [EncryptionError, DecryptionError, HashingError, SignatureError, SQLInjectionAttemptError, XSSAttemptError],
  },
  { base: PerformanceError, leaves: [PerformanceThresholdError, MemoryError, CPUError] },
  { base: ComplianceError, leaves: [GDPRViolationError, DataRetentionError, ConsentError] },
];
