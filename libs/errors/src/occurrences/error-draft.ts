import type { ErrorCategory, Severity } from '#platform/kernel';
import type { Cause, StackFrame } from './occurrence.js';

/** A failure as it is handed in, by a service or by this process. */
export interface ErrorDraft {
  errorId?: string | undefined;
  errorType: string;
  message: string;
  stackTrace?: string | undefined;
  severity?: Severity | undefined;
  category?: ErrorCategory | undefined;
  context?: Readonly<Record<string, unknown>> | undefined;
  correlationId?: string | undefined;
  userId?: string | undefined;
  endpoint?: string | undefined;
  method?: string | undefined;
  service?: string | undefined;
  release?: string | undefined;
  environment?: string | undefined;
  /** When it happened; now when absent. */
  timestamp?: Date | undefined;
  /** When it was sent by the clock that made `timestamp`; a clock that is off is corrected by it. */
  sentAt?: Date | undefined;
  /** The message with marks where its parameters stand. */
  template?: string | undefined;
  fingerprint?: readonly string[] | undefined;
  status?: number | undefined;
  code?: string | undefined;
  constraint?: string | undefined;
  causes?: readonly Cause[] | undefined;
  frames?: readonly StackFrame[] | undefined;
  tags?: Readonly<Record<string, string>> | undefined;
  user?: Readonly<Record<string, unknown>> | undefined;
  breadcrumbs?: readonly unknown[] | undefined;
  contexts?: Readonly<Record<string, unknown>> | undefined;
  /** Project through whose key it came in. */
  projectId?: number | undefined;
  /** A message that was logged, not a failure that was thrown: its stack only says where the logging is. */
  isMessage?: boolean | undefined;
}
