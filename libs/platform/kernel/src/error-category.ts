/** The 14 areas a failure can belong to; the error ledger and its statistics are keyed by them. */
export const ERROR_CATEGORIES = [
  'authentication',
  'authorization',
  'database',
  'network',
  'validation',
  'business_logic',
  'configuration',
  'external_api',
  'file_system',
  'agent',
  'ml_model',
  'security',
  'performance',
  'unknown',
] as const;
export type ErrorCategory = (typeof ERROR_CATEGORIES)[number];

/** How much a failure matters: from `critical` (act now) to `info` (not an error). */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * What a failure means to the caller, whatever area it comes from. The HTTP status follows from it by one table in
 * `platform/http`, so that a domain never writes a status.
 */
export const FAILURE_KINDS = [
  'malformed',
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'too_large',
  'unsupported_media_type',
  'rate_limited',
  'upstream',
  'unavailable',
  'timeout',
  'internal',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** What a failure of a category means when its class does not say otherwise. */
export const DEFAULT_KIND: Readonly<Record<ErrorCategory, FailureKind>> = {
  authentication: 'unauthenticated',
  authorization: 'forbidden',
  database: 'internal',
  network: 'upstream',
  validation: 'invalid',
  business_logic: 'conflict',
  configuration: 'internal',
  external_api: 'upstream',
  file_system: 'internal',
  agent: 'internal',
  ml_model: 'internal',
  security: 'internal',
  performance: 'unavailable',
  unknown: 'internal',
};

/** How much a failure matters when its class does not say otherwise. */
export const DEFAULT_SEVERITY: Readonly<Record<FailureKind, Severity>> = {
  malformed: 'low',
  invalid: 'low',
  unauthenticated: 'low',
  forbidden: 'low',
  not_found: 'low',
  conflict: 'low',
  too_large: 'low',
  unsupported_media_type: 'low',
  rate_limited: 'low',
  upstream: 'medium',
  unavailable: 'high',
  timeout: 'medium',
  internal: 'high',
};
