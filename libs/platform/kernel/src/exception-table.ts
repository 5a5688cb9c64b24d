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
  AuthenticationException: ['authentication', 'AUTH.AUTHENTICATION_FAILED', 'Authentication failed'],
  InvalidCredentialsException: ['AuthenticationException', 'AUTH.INVALID_CREDENTIALS', 'The credentials are not valid'],
  TokenExpiredException: ['AuthenticationException', 'AUTH.TOKEN_EXPIRED', 'The token has expired'],
  TokenInvalidException: [
    'AuthenticationException',
    'AUTH.TOKEN_INVALID',
    'The token is not valid',
    { severity: 'medium' },
  ],
  TokenMissingException: [
    'AuthenticationException',
    'AUTH.TOKEN_MISSING',
    'Authentication is required',
    { severity: 'info' },
  ],

  AuthorizationException: ['authorization', 'AUTH.FORBIDDEN', 'This is not allowed'],
  InsufficientPermissionsException: [
    'AuthorizationException',
    'AUTH.INSUFFICIENT_PERMISSIONS',
    'The permissions do not suffice',
  ],
  RoleRequiredException: ['AuthorizationException', 'AUTH.ROLE_REQUIRED', 'A higher role is required'],

  DatabaseException: ['database', 'DATABASE.FAILURE', 'The database failed'],
  ConnectionException: [
    'DatabaseException',
    'DATABASE.CONNECTION_FAILED',
    'The database cannot be reached',
    { kind: 'unavailable', severity: 'critical' },
  ],
  QueryException: ['DatabaseException', 'DATABASE.QUERY_FAILED', 'A database query failed'],
  TransactionException: [
    'DatabaseException',
    'DATABASE.TRANSACTION_FAILED',
    'The transaction could not be completed; try again',
    { kind: 'unavailable' },
  ],
  RecordNotFoundException: [
    'DatabaseException',
    'DATABASE.RECORD_NOT_FOUND',
    'There is no such record',
    { kind: 'not_found' },
  ],
  DuplicateRecordException: [
    'DatabaseException',
    'DATABASE.DUPLICATE_RECORD',
    'Such a record exists already',
    { kind: 'conflict' },
  ],
  IntegrityException: [
    'DatabaseException',
    'DATABASE.INTEGRITY_VIOLATION',
    'The change would break the integrity of the data',
    { kind: 'conflict' },
  ],

  ValidationException: ['validation', 'VALIDATION.FAILED', 'The request is not valid'],
  InvalidInputException: [
    'ValidationException',
    'VALIDATION.INVALID_INPUT',
    'The input is malformed',
    { kind: 'malformed' },
  ],
  MissingFieldException: ['ValidationException', 'VALIDATION.MISSING_FIELD', 'A required field is missing'],
  InvalidFormatException: ['ValidationException', 'VALIDATION.INVALID_FORMAT', 'A field has the wrong format'],
  SchemaValidationException: [
    'ValidationException',
    'VALIDATION.SCHEMA_MISMATCH',
    'The content does not match its schema',
  ],

  NetworkException: ['network', 'NETWORK.FAILURE', 'A network call failed'],
  RequestTimeoutException: [
    'NetworkException',
    'NETWORK.REQUEST_TIMEOUT',
    'A network call took too long',
    { kind: 'timeout' },
  ],
  RequestFailedException: ['NetworkException', 'NETWORK.REQUEST_FAILED', 'A network call failed'],
  ConnectionTimeoutException: [
    'NetworkException',
    'NETWORK.CONNECTION_TIMEOUT',
    'A connection could not be opened in time',
    { kind: 'timeout' },
  ],
  ServiceUnavailableException: [
    'NetworkException',
    'NETWORK.SERVICE_UNAVAILABLE',
    'The service is not available right now',
    { kind: 'unavailable' },
  ],

  BusinessLogicException: ['business_logic', 'BUSINESS.RULE_VIOLATED', 'A business rule forbids this'],
  InvalidStateException: ['BusinessLogicException', 'BUSINESS.INVALID_STATE', 'The current state does not allow this'],
  OperationNotAllowedException: [
    'BusinessLogicException',
    'BUSINESS.OPERATION_NOT_ALLOWED',
    'This operation is not allowed',
  ],
  QuotaExceededException: [
    'BusinessLogicException',
    'BUSINESS.QUOTA_EXCEEDED',
    'The quota is used up',
    { kind: 'rate_limited' },
  ],
  ResourceConflictException: [
    'BusinessLogicException',
    'BUSINESS.RESOURCE_CONFLICT',
    'The resource was changed or is in use',
  ],

  ConfigurationException: [
    'configuration',
    'CONFIGURATION.FAILURE',
    'The service is not configured correctly',
    { severity: 'critical' },
  ],
  MissingConfigurationException: [
    'ConfigurationException',
    'CONFIGURATION.MISSING',
    'A setting is missing',
    { severity: 'critical' },
  ],
  InvalidConfigurationException: [
    'ConfigurationException',
    'CONFIGURATION.INVALID',
    'A setting is not valid',
    { severity: 'critical' },
  ],
  EnvironmentException: [
    'ConfigurationException',
    'CONFIGURATION.ENVIRONMENT',
    'The environment does not support this',
    { severity: 'critical' },
  ],

  ExternalAPIException: ['external_api', 'EXTERNAL_API.FAILURE', 'An external service failed'],
  APIKeyMissingException: [
    'ExternalAPIException',
    'EXTERNAL_API.KEY_MISSING',
    'No key for the external service is configured',
    { kind: 'unavailable' },
  ],
  APIKeyInvalidException: ['ExternalAPIException', 'EXTERNAL_API.KEY_INVALID', 'The external service refused our key'],
  APIRateLimitException: [
    'ExternalAPIException',
    'EXTERNAL_API.RATE_LIMITED',
    'Too many requests',
    { kind: 'rate_limited' },
  ],
  APIResponseException: [
    'ExternalAPIException',
    'EXTERNAL_API.BAD_RESPONSE',
    'The external service gave an unusable answer',
  ],

  FileSystemException: ['file_system', 'FILE_SYSTEM.FAILURE', 'A file operation failed'],
  FileNotFoundException: [
    'FileSystemException',
    'FILE_SYSTEM.NOT_FOUND',
    'The file does not exist',
    { kind: 'not_found' },
  ],
  FilePermissionException: ['FileSystemException', 'FILE_SYSTEM.PERMISSION_DENIED', 'The file may not be accessed'],
  DiskSpaceException: [
    'FileSystemException',
    'FILE_SYSTEM.DISK_FULL',
    'There is no space left',
    { kind: 'unavailable', severity: 'critical' },
  ],
  FileCorruptedException: ['FileSystemException', 'FILE_SYSTEM.CORRUPTED', 'The file is damaged'],

  AgentException: ['agent', 'AGENT.FAILURE', 'The agent failed'],
  AgentNotFoundException: ['AgentException', 'AGENT.NOT_FOUND', 'There is no such agent', { kind: 'not_found' }],
  AgentNotAvailableException: [
    'AgentException',
    'AGENT.NOT_AVAILABLE',
    'The agent is not available right now',
    { kind: 'unavailable' },
  ],
  AgentExecutionException: [
    'AgentException',
    'AGENT.EXECUTION_FAILED',
    'The agent could not do its task',
    { severity: 'medium' },
  ],
  AgentTimeoutException: ['AgentException', 'AGENT.TIMEOUT', 'The agent took too long', { kind: 'timeout' }],
  AgentCircuitBreakerException: [
    'AgentException',
    'AGENT.CIRCUIT_OPEN',
    'The agent is paused after repeated failures',
    { kind: 'unavailable' },
  ],

  MLException: ['ml_model', 'ML.FAILURE', 'The model failed'],
  ModelNotFoundException: ['MLException', 'ML.MODEL_NOT_FOUND', 'There is no such model', { kind: 'not_found' }],
  ModelLoadException: ['MLException', 'ML.MODEL_LOAD_FAILED', 'The model could not be loaded'],
  PredictionException: ['MLException', 'ML.PREDICTION_FAILED', 'The model gave no usable answer'],
  TrainingException: ['MLException', 'ML.TRAINING_FAILED', 'The training failed'],
  InvalidModelException: ['MLException', 'ML.INVALID_MODEL', 'The model cannot be used for this', { kind: 'invalid' }],

  SecurityException: ['security', 'SECURITY.FAILURE', 'A security check failed'],
  EncryptionException: ['SecurityException', 'SECURITY.ENCRYPTION_FAILED', 'The data could not be encrypted'],
  DecryptionException: ['SecurityException', 'SECURITY.DECRYPTION_FAILED', 'The data could not be decrypted'],
  HashingException: ['SecurityException', 'SECURITY.HASHING_FAILED', 'The data could not be hashed'],
  SignatureException: [
    'SecurityException',
    'SECURITY.SIGNATURE_INVALID',
    'The signature is not valid',
    { kind: 'unauthenticated', severity: 'medium' },
  ],
  SQLInjectionAttemptException: [
    'SecurityException',
    'SECURITY.SQL_INJECTION_ATTEMPT',
    'The input was refused',
    { kind: 'malformed', severity: 'high' },
  ],
  XSSAttemptException: [
    'SecurityException',
    'SECURITY.XSS_ATTEMPT',
    'The input was refused',
    { kind: 'malformed', severity: 'high' },
  ],

  PerformanceException: ['performance', 'PERFORMANCE.FAILURE', 'The service is overloaded'],
  PerformanceThresholdException: [
    'PerformanceException',
    'PERFORMANCE.THRESHOLD_EXCEEDED',
    'The operation took longer than allowed',
    { severity: 'medium' },
  ],
  MemoryException: [
    'PerformanceException',
    'PERFORMANCE.MEMORY',
    'There is not enough memory',
    { severity: 'critical' },
  ],
  CPUException: ['PerformanceException', 'PERFORMANCE.CPU', 'There is not enough computing time'],

  ComplianceException: [
    'business_logic',
    'COMPLIANCE.FAILURE',
    'A legal rule forbids this',
    { kind: 'forbidden', severity: 'high' },
  ],
  GDPRViolationException: [
    'ComplianceException',
    'COMPLIANCE.GDPR_VIOLATION',
    'This would violate data protection law',
    { kind: 'forbidden', severity: 'high' },
  ],
  DataRetentionException: [
    'ComplianceException',
    'COMPLIANCE.DATA_RETENTION',
    'The retention rules forbid this',
    { kind: 'conflict', severity: 'medium' },
  ],
  ConsentException: [
    'ComplianceException',
    'COMPLIANCE.CONSENT_MISSING',
    'The person has not consented to this',
    { kind: 'forbidden' },
  ],
} as const satisfies Record<string, ExceptionRow>;
