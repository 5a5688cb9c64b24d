import {
  DEFAULT_KIND,
  DEFAULT_SEVERITY,
  type ErrorCategory,
  type FailureKind,
  type Severity,
} from './error-category.js';

/** What an exception may say beyond its message. */
export interface ExceptionOptions {
  /** Facts for the caller, shown in the answer of a 4xx; never secrets or internals. */
  details?: Readonly<Record<string, unknown>> | undefined;
  /** The failure behind this one; goes to the ledger, never to the caller. */
  cause?: unknown;
  /** Seconds after which a retry makes sense; becomes `Retry-After`. */
  retryAfterSeconds?: number | undefined;
}

/** How a class of exceptions is identified. */
export interface ExceptionIdentity {
  /** Stable, `MODULE.REASON`; clients match on it. */
  code: string;
  category: ErrorCategory;
  /** Default: by category. */
  kind?: FailureKind;
  /** Default: by kind. */
  severity?: Severity;
}

/**
 * The root of every failure the service expects. A class says what went wrong (`code`), where (`category`), what it means
 * to the caller (`kind`) and how much it matters (`severity`); the HTTP status is looked up from the kind, in one place.
 */
export class AppException extends Error {
  readonly code: string;
  readonly category: ErrorCategory;
  readonly kind: FailureKind;
  readonly severity: Severity;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(identity: ExceptionIdentity, message: string, options: ExceptionOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = identity.code;
    this.category = identity.category;
    this.kind = identity.kind ?? DEFAULT_KIND[identity.category];
    this.severity = identity.severity ?? DEFAULT_SEVERITY[this.kind];
    this.details = options.details ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
