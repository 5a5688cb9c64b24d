import { Injectable } from '@nestjs/common';
import { EnvironmentConfig, ErrorsConfig } from '#config';
import { Clock, type FailureReport, Ids, LEFT_OUT } from '#platform/kernel';
import { scrub } from '#platform/observability';
import type { ErrorDraft } from '../occurrences/error-draft.js';
import { describeFailure } from './failure-description.js';
import { BOUNDS, withinLimits } from '../occurrences/limits.js';
import type { Occurrence } from '../occurrences/occurrence.js';
import { causesIn } from '../grouping/caused-by.js';
import { parseStack } from '../grouping/stack-frames.js';
import { CurrentRunService } from '../write-ahead/current-run.service.js';

/** How far ahead of ours a reporter's clock may be. */
const MAX_AHEAD_MS = 60_000;

/** A reporter's clock is corrected when it is off by more. */
const MAX_DRIFT_MS = 60_000;

/** Turns what is handed in into what is written: complete, cut to its limits, scrubbed and storable. */
@Injectable()
export class OccurrenceDraftService {
  private readonly personal: boolean;

  constructor(
    private readonly run: CurrentRunService,
    private readonly environment: EnvironmentConfig,
    private readonly clock: Clock,
    private readonly ids: Ids,
    config: ErrorsConfig,
  ) {
    this.personal = config.scrubPii ?? environment.isProduction;
  }

  /** A failure of this process. */
  fromFailure(failure: FailureReport): Occurrence {
    const { errorType, message, stack, code, constraint, causes } = describeFailure(failure.error);
    const { error, ...report } = failure;
    void error;
    return this.complete({ ...report, errorType, message, stackTrace: stack, code, constraint, causes });
  }

  /** Nothing after this step sees a secret. */
  complete(draft: ErrorDraft): Occurrence {
    const now = this.clock.now();
    const { errorId, timestamp, sentAt, severity, category, status, projectId, isMessage } = draft;
    // Cut before any pattern sees them.
    const bounded = withinLimits(draft);
    const clean = scrub(bounded, { personal: this.personal, bounds: BOUNDS }) as ReturnType<typeof withinLimits>;
    const stackTrace = kept(clean.stackTrace);
    const frames = clean.frames ?? (stackTrace === null ? [] : parseStack(stackTrace));
    const happened = timestamp ? timestamp.getTime() + driftOf(sentAt, now) : now.getTime();
    // A clock that is this wrong says nothing.
    const isPlausible = happened > 0 && happened <= now.getTime() + MAX_AHEAD_MS;
    return {
      errorId: errorId ?? this.ids.next(),
      timestamp: (isPlausible ? new Date(happened) : now).toISOString(),
      receivedAt: now.toISOString(),
      severity: severity ?? 'medium',
      category: category ?? 'unknown',
      errorType: kept(clean.errorType) ?? 'Error',
      errorMessage: clean.message,
      stackTrace,
      context: objectIn(clean.context),
      correlationId: kept(clean.correlationId),
      userId: kept(clean.userId),
      endpoint: kept(clean.endpoint),
      method: kept(clean.method),
      sourceFile: kept(frames[0]?.file),
      sourceLine: frames[0]?.line ?? null,
      service: kept(clean.service) ?? this.environment.serviceName,
      // Another service's release is not ours.
      release: kept(clean.release) ?? (clean.service === undefined ? this.run.identity.release : null),
      environment: kept(clean.environment) ?? this.environment.name,
      status,
      code: kept(clean.code) ?? undefined,
      constraint: kept(clean.constraint) ?? undefined,
      template: kept(clean.template) ?? undefined,
      fingerprint: clean.fingerprint,
      projectId,
      isMessage,
      frames,
      causes: clean.causes ?? (stackTrace === null ? [] : causesIn(stackTrace)),
      tags: clean.tags ?? {},
      user: clean.user ?? null,
      breadcrumbs: Array.isArray(clean.breadcrumbs) ? clean.breadcrumbs : [],
      contexts: objectIn(clean.contexts),
    };
  }
}

/** A text that says something. */
function kept(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

/** What was left out whole, because the report had used up its characters, is shown as such. */
function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : { [LEFT_OUT]: LEFT_OUT };
}

function driftOf(sentAt: Date | undefined, now: Date): number {
  const drift = now.getTime() - (sentAt?.getTime() ?? Number.NaN);
  return Math.abs(drift) > MAX_DRIFT_MS ? drift : 0;
}
