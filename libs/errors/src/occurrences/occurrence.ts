import type { ErrorCategory, Severity } from '#platform/kernel';

/** One line of a stack, the place of the failure first. */
export interface StackFrame {
  readonly function?: string | undefined;
  /** File or module as the stack names it. */
  readonly file?: string | undefined;
  /** Class that the function belongs to, with its package or namespace, where runtimes name it (Java, .NET). */
  readonly module?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** The source line, where the stack carries it (Python does). */
  readonly source?: string | undefined;
  /** The lines before it, and those after it. */
  readonly before?: readonly string[] | undefined;
  readonly after?: readonly string[] | undefined;
  /** Local variables by name. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  /** Code of the reporting service itself, not of a library or the runtime. */
  readonly inApp: boolean;
}

/** A failure behind a failure (`Error.cause`, a chained traceback). */
export interface Cause {
  readonly type: string;
  readonly message: string;
  readonly stackTrace?: string | undefined;
}

/** One recorded failure, as it stands in the write-ahead file: scrubbed, complete, not yet grouped. */
export interface Occurrence {
  readonly errorId: string;
  /** When it happened, RFC 3339 in UTC. */
  readonly timestamp: string;
  /** When the ledger accepted it, RFC 3339 in UTC. */
  readonly receivedAt: string;
  readonly severity: Severity;
  readonly category: ErrorCategory;
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace: string | null;
  readonly context: Readonly<Record<string, unknown>>;
  readonly correlationId: string | null;
  readonly userId: string | null;
  readonly endpoint: string | null;
  readonly method: string | null;
  readonly sourceFile: string | null;
  readonly sourceLine: number | null;
  readonly service: string;
  readonly release: string | null;
  readonly environment: string | null;
  /** HTTP status the failure was answered with. */
  readonly status?: number | undefined;
  /** Errno, SQLSTATE or stable code of the failure. */
  readonly code?: string | undefined;
  /** Database constraint that was broken. */
  readonly constraint?: string | undefined;
  /** The message with marks where its parameters stand (`user %s failed`): it is grouped by this. */
  readonly template?: string | undefined;
  /** Grouping chosen by the reporter; `{{ default }}` stands for the ledger's own. */
  readonly fingerprint?: readonly string[] | undefined;
  /** Project through whose key it came in; absent for the other doors. */
  readonly projectId?: number | undefined;
  /** A message that was logged: it is grouped by its text, wherever the logging is. */
  readonly isMessage?: boolean | undefined;
  readonly frames: readonly StackFrame[];
  readonly causes: readonly Cause[];
  readonly tags: Readonly<Record<string, string>>;
  readonly user: Readonly<Record<string, unknown>> | null;
  readonly breadcrumbs: readonly unknown[];
  readonly contexts: Readonly<Record<string, unknown>>;
}

/** Fields of an occurrence that have columns of their own. */
type Columns =
  | ('errorId' | 'timestamp' | 'receivedAt' | 'severity' | 'category' | 'errorType' | 'errorMessage' | 'service')
  | ('release' | 'environment' | 'correlationId' | 'userId' | 'endpoint' | 'method' | 'projectId');

/** All its other fields, which share one. */
export type OccurrenceDetail = Omit<Occurrence, Columns>;
