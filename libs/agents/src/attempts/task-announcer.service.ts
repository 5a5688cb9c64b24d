import { Injectable } from '@nestjs/common';
import { ErrorReporter } from '#platform/kernel';
import { AttemptFailedException } from '../tasks/agents.exceptions.js';
import type { TaskFailure } from '../tasks/task.js';
import { TaskNotificationClient } from '../tasks/task-notification.postgres.js';

/** A failed attempt, for the error ledger. */
export interface AttemptReport {
  readonly taskId: string;
  readonly agent: string;
  readonly attempt: number;
  readonly state: string;
  readonly failure: TaskFailure;
  /** The exception behind it, when there is one. */
  readonly cause?: unknown;
  readonly correlationId?: string | null | undefined;
}

/** Tells others what was committed: processes that wait or run, and the error ledger. */
@Injectable()
export class TaskAnnouncerService {
  constructor(
    private readonly notifications: TaskNotificationClient,
    private readonly reporter: ErrorReporter,
  ) {}

  queued(): void {
    this.notifications.tell({ queued: true });
  }

  /** A cap has room again, so that waiting work may start. */
  ended(taskIds: readonly string[]): void {
    if (taskIds.length > 0) this.notifications.tell({ ended: taskIds });
  }

  cancelRequested(taskId: string): void {
    this.notifications.tell({ cancelled: [taskId] });
  }

  /** Hands the failure to the ledger; nobody waits for it. */
  failed(report: AttemptReport): void {
    const { failure, cause, correlationId, ...context } = report;
    const error =
      cause instanceof Error ? cause : new AttemptFailedException(failure.code, failure.message, { retryable: false });
    void this.reporter.report({
      error,
      category: 'agent',
      severity: report.state === 'queued' ? 'low' : 'medium',
      correlationId: correlationId ?? undefined,
      context,
    });
  }
}
