import type { ExceptionIdentity } from './app-exception.js';

/** Of a family: its category. Of one of a family: the class it extends. Then code, message for the caller, and what differs from the defaults. */
export type ExceptionRow = readonly [
  of: string,
  code: string,
  message: string,
  more?: Partial<Pick<ExceptionIdentity, 'kind' | 'severity'>>,
];

/** The failures that every part of the system has words for: 57 in 14 families, each family first. */
export const EXCEPTION_TABLE = {
  AuthenticationError: ['authentication', 'AUTH.AUTHENTICATION_FAILED', 'Authentication failed'],
  InvalidCredentialsError: ['AuthenticationError', 'AUTH.INVALID_CREDENTIALS', 'The credentials are not valid'],
  TokenExpiredError: ['AuthenticationError', 'AUTH.TOKEN_EXPIRED', 'The token has expired'],
  TokenInvalidError: ['AuthenticationError', 'AUTH.TOKEN_INVALID', 'The token is not valid', { severity: 'medium' }],
  TokenMissingError: ['AuthenticationError', 'AUTH.TOKEN_MISSING', 'Authentication is required', { severity: 'info' }],

  AuthorizationError: ['authorization', 'AUTH.FORBIDDEN', 'This is not allowed'],
  InsufficientPermissionsError: [
    'AuthorizationError',
    'AUTH.INSUFFICIENT_PERMISSIONS',
    'The permissions do not suffice',
  ],
  RoleRequiredError: ['AuthorizationError', 'AUTH.ROLE_REQUIRED', 'A higher role is required'],

  DatabaseError: ['database', 'DATABASE.FAILURE', 'The database failed'],
  ConnectionError: [
    'DatabaseError',
    'DATABASE.CONNECTION_FAILED',
    'The database cannot be reached',
    { kind: 'unavailable', severity: 'critical' },
  ],
  QueryError: ['DatabaseError', 'DATABASE.QUERY_FAILED', 'A database query failed'],
  TransactionError: [
    'DatabaseError',
    'DATABASE.TRANSACTION_FAILED',
    'The transaction could not be completed; try again',
    { kind: 'unavailable' },
  ],
  RecordNotFoundError: ['DatabaseError', 'DATABASE.RECORD_NOT_FOUND', 'There is no such record', { kind: 'not_found' }],
  DuplicateRecordError: [
    'DatabaseError',
    'DATABASE.DUPLICATE_RECORD',
    'Such a record exists already',
    { kind: 'conflict' },
  ],
  IntegrityError: [
    'DatabaseError',
    'DATABASE.INTEGRITY_VIOLATION',
    'The change would break the integrity of the data',
    { kind: 'conflict' },
  ],

  ValidationError: ['validation', 'VALIDATION.FAILED', 'The request is not valid'],
  InvalidInputError: ['ValidationError', 'VALIDATION.INVALID_INPUT', 'The input is malformed', { kind: 'malformed' }],
  MissingFieldError: ['ValidationError', 'VALIDATION.MISSING_FIELD', 'A required field is missing'],
  InvalidFormatError: ['ValidationError', 'VALIDATION.INVALID_FORMAT', 'A field has the wrong format'],
  SchemaValidationError: ['ValidationError', 'VALIDATION.SCHEMA_MISMATCH', 'The content does not match its schema'],

  NetworkError: ['network', 'NETWORK.FAILURE', 'A network call failed'],
  RequestTimeoutError: ['NetworkError', 'NETWORK.REQUEST_TIMEOUT', 'A network call took too long', { kind: 'timeout' }],
  RequestFailedError: ['NetworkError', 'NETWORK.REQUEST_FAILED', 'A network call failed'],
  ConnectionTimeoutError: [
    'NetworkError',
    'NETWORK.CONNECTION_TIMEOUT',
    'A connection could not be opened in time',
    { kind: 'timeout' },
  ],
  ServiceUnavailableError: [
    'NetworkError',
    'NETWORK.SERVICE_UNAVAILABLE',
    'The service is not available right now',
    { kind: 'unavailable' },
  ],

  BusinessLogicError: ['business_logic', 'BUSINESS.RULE_VIOLATED', 'A business rule forbids this'],
  InvalidStateError: ['BusinessLogicError', 'BUSINESS.INVALID_STATE', 'The current state does not allow this'],
  OperationNotAllowedError: ['BusinessLogicError', 'BUSINESS.OPERATION_NOT_ALLOWED', 'This operation is not allowed'],
  QuotaExceededError: [
    'BusinessLogicError',
    'BUSINESS.QUOTA_EXCEEDED',
    'The quota is used up',
    { kind: 'rate_limited' },
  ],
  ResourceConflictError: ['BusinessLogicError', 'BUSINESS.RESOURCE_CONFLICT', 'The resource was changed or is in use'],

  ConfigurationError: [
    'configuration',
    'CONFIGURATION.FAILURE',
    'The service is not configured correctly',
    { severity: 'critical' },
  ],
  MissingConfigurationError: [
    'ConfigurationError',
    'CONFIGURATION.MISSING',
    'A setting is missing',
    { severity: 'critical' },
  ],
  InvalidConfigurationError: [
    'ConfigurationError',
    'CONFIGURATION.INVALID',
    'A setting is not valid',
    { severity: 'critical' },
  ],
  EnvironmentError: [
    'ConfigurationError',
    'CONFIGURATION.ENVIRONMENT',
    'The environment does not support this',
    { severity: 'critical' },
  ],

  ExternalAPIError: ['external_api', 'EXTERNAL_API.FAILURE', 'An external service failed'],
  APIKeyMissingError: [
    'ExternalAPIError',
    'EXTERNAL_API.KEY_MISSING',
    'No key for the external service is configured',
    { kind: 'unavailable' },
  ],
  APIKeyInvalidError: ['ExternalAPIError', 'EXTERNAL_API.KEY_INVALID', 'The external service refused our key'],
  APIRateLimitError: ['ExternalAPIError', 'EXTERNAL_API.RATE_LIMITED', 'Too many requests', { kind: 'rate_limited' }],
  APIResponseError: ['ExternalAPIError', 'EXTERNAL_API.BAD_RESPONSE', 'The external service gave an unusable answer'],

  FileSystemError: ['file_system', 'FILE_SYSTEM.FAILURE', 'A file operation failed'],
  FileNotFoundError: ['FileSystemError', 'FILE_SYSTEM.NOT_FOUND', 'The file does not exist', { kind: 'not_found' }],
  FilePermissionError: ['FileSystemError', 'FILE_SYSTEM.PERMISSION_DENIED', 'The file may not be accessed'],
  DiskSpaceError: [
    'FileSystemError',
    'FILE_SYSTEM.DISK_FULL',
    'There is no space left',
    { kind: 'unavailable', severity: 'critical' },
  ],
  FileCorruptedError: ['FileSystemError', 'FILE_SYSTEM.CORRUPTED', 'The file is damaged'],

  AgentError: ['agent', 'AGENT.FAILURE', 'The agent failed'],
  AgentNotFoundError: ['AgentError', 'AGENT.NOT_FOUND', 'There is no such agent', { kind: 'not_found' }],
  AgentNotAvailableError: [
    'AgentError',
    'AGENT.NOT_AVAILABLE',
    'The agent is not available right now',
    { kind: 'unavailable' },
  ],
  AgentExecutionError: [
    'AgentError',
    'AGENT.EXECUTION_FAILED',
    'The agent could not do its task',
    { severity: 'medium' },
  ],
  AgentTimeoutError: ['AgentError', 'AGENT.TIMEOUT', 'The agent took too long', { kind: 'timeout' }],
  AgentCircuitBreakerError: [
    'AgentError',
    'AGENT.CIRCUIT_OPEN',
    'The agent is paused after repeated failures',
    { kind: 'unavailable' },
  ],

  MLError: ['ml_model', 'ML.FAILURE', 'The model failed'],
  ModelNotFoundError: ['MLError', 'ML.MODEL_NOT_FOUND', 'There is no such model', { kind: 'not_found' }],
  ModelLoadError: ['MLError', 'ML.MODEL_LOAD_FAILED', 'The model could not be loaded'],
  PredictionError: ['MLError', 'ML.PREDICTION_FAILED', 'The model gave no usable answer'],
  TrainingError: ['MLError', 'ML.TRAINING_FAILED', 'The training failed'],
  InvalidModelError: ['MLError', 'ML.INVALID_MODEL', 'The model cannot be used for this', { kind: 'invalid' }],

  SecurityError: ['security', 'SECURITY.FAILURE', 'A security check failed'],
  EncryptionError: ['SecurityError', 'SECURITY.ENCRYPTION_FAILED', 'The data could not be encrypted'],
  DecryptionError: ['SecurityError', 'SECURITY.DECRYPTION_FAILED', 'The data could not be decrypted'],
  HashingError: ['SecurityError', 'SECURITY.HASHING_FAILED', 'The data could not be hashed'],
  SignatureError: [
    'SecurityError',
    'SECURITY.SIGNATURE_INVALID',
    'The signature is not valid',
    { kind: 'unauthenticated', severity: 'medium' },
  ],
  SQLInjectionAttemptError: [
    'SecurityError',
    'SECURITY.SQL_INJECTION_ATTEMPT',
    'The input was refused',
    { kind: 'malformed', severity: 'high' },
  ],
  XSSAttemptError: [
    'SecurityError',
    'SECURITY.XSS_ATTEMPT',
    'The input was refused',
    { kind: 'malformed', severity: 'high' },
  ],

  PerformanceError: ['performance', 'PERFORMANCE.FAILURE', 'The service is overloaded'],
  PerformanceThresholdError: [
    'PerformanceError',
    'PERFORMANCE.THRESHOLD_EXCEEDED',
    'The operation took longer than allowed',
    { severity: 'medium' },
  ],
  MemoryError: ['PerformanceError', 'PERFORMANCE.MEMORY', 'There is not enough memory', { severity: 'critical' }],
  CPUError: ['PerformanceError', 'PERFORMANCE.CPU', 'There is not enough computing time'],

  ComplianceError: [
    'business_logic',
    'COMPLIANCE.FAILURE',
    'A legal rule forbids this',
    { kind: 'forbidden', severity: 'high' },
  ],
  GDPRViolationError: [
    'ComplianceError',
    'COMPLIANCE.GDPR_VIOLATION',
    'This would violate data protection law',
    { kind: 'forbidden', severity: 'high' },
  ],
  DataRetentionError: [
    'ComplianceError',
    'COMPLIANCE.DATA_RETENTION',
    'The retention rules forbid this',
    { kind: 'conflict', severity: 'medium' },
  ],
  ConsentError: [
    'ComplianceError',
    'COMPLIANCE.CONSENT_MISSING',
    'The person has not consented to this',
    { kind: 'forbidden' },
  ],
} as const satisfies Record<string, ExceptionRow>;
