import type { ErrorCategory, Severity } from './error-category.js';

/** One failure on its way to the ledger. Only `error` is needed; the rest says where and for whom it happened. */
export interface FailureReport {
  error: unknown;
  severity?: Severity | undefined;
  category?: ErrorCategory | undefined;
  correlationId?: string | undefined;
  userId?: string | undefined;
  /** Route template, never the raw path. */
  endpoint?: string | undefined;
  method?: string | undefined;
  /** HTTP status the failure was answered with. */
  status?: number | undefined;
  context?: Readonly<Record<string, unknown>> | undefined;
}

/** Port through which anything in the service hands failures to the error ledger. */
export abstract class ErrorReporter {
  /**
   * Records a failure. Resolves with its id once it is durable, or with `undefined` when it could not be recorded;
   * never rejects, since reporting a failure must not cause another.
   */
  abstract report(failure: FailureReport): Promise<string | undefined>;

  /** Records a failure before the process dies; returns when it is on disk. */
  abstract reportFatal(failure: FailureReport): void;
}

/** Discards reports: for composition roots without a ledger, such as short command-line runs. */
export class NoErrorReporter extends ErrorReporter {
  override report(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  override reportFatal(): void {
    // Nothing is kept, by contract of this class.
  }
}
