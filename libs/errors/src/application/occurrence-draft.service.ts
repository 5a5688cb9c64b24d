import { Injectable } from '@nestjs/common';
import { EnvironmentConfig, ErrorsConfig } from '#config';
import { Clock, type FailureReport, Ids } from '#platform/kernel';
import { scrub } from '#platform/observability';
import type { ErrorDraft } from '../domain/error-draft.js';
import { describeFailure } from '../domain/failure-description.js';
import { type Occurrence, storableText, storableValue, TEXT_LIMITS } from '../domain/occurrence.js';
import { parseStack } from '../domain/stack-frames.js';
import { LedgerRun } from './ledger-run.js';

/** Context beyond it is left out: one report must not fill the ledger. */
const MAX_CONTEXT_CHARACTERS = 256 * 1024;

/** How far ahead of ours a reporter's clock may be. */
const MAX_AHEAD_MS = 60_000;

/** A reporter's clock is corrected when it is off by more. */
const MAX_DRIFT_MS = 60_000;

/** Turns what is handed in into what is written: complete, scrubbed and storable. */
@Injectable()
export class OccurrenceDraftService {
  private readonly personal: boolean;

  constructor(
    private readonly run: LedgerRun,
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
    const { errorId, timestamp, sentAt, severity, category, status, projectId, isMessage, ...texts } = draft;
    const clean = storableValue(scrub(texts, { personal: this.personal })) as Omit<
      ErrorDraft,
      'errorId' | 'timestamp' | 'sentAt' | 'severity' | 'category' | 'status' | 'projectId' | 'isMessage'
    >;
    const stackTrace = clean.stackTrace ? storableText(clean.stackTrace, TEXT_LIMITS.stackTrace) : null;
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
      errorType: name(clean.errorType) ?? 'Error',
      errorMessage: storableText(clean.message, TEXT_LIMITS.message),
      stackTrace,
      context: bounded(clean.context ?? {}),
      correlationId: name(clean.correlationId),
      userId: name(clean.userId),
      endpoint: name(clean.endpoint),
      method: name(clean.method),
      sourceFile: name(frames[0]?.file),
      sourceLine: frames[0]?.line ?? null,
      service: name(clean.service) ?? this.environment.serviceName,
      // Another service's release is not ours.
      release: name(clean.release) ?? (clean.service === undefined ? this.run.identity.release : null),
      environment: name(clean.environment) ?? this.environment.name,
      status,
      code: name(clean.code) ?? undefined,
      constraint: name(clean.constraint) ?? undefined,
      fingerprint: clean.fingerprint,
      projectId,
      isMessage,
      frames,
      causes: clean.causes ?? [],
      tags: clean.tags ?? {},
      user: clean.user ?? null,
      breadcrumbs: clean.breadcrumbs ?? [],
      contexts: bounded(clean.contexts ?? {}),
    };
  }
}

function name(text: string | null | undefined): string | null {
  return text === undefined || text === null || text === '' ? null : storableText(text, TEXT_LIMITS.name);
}

function bounded(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { length } = JSON.stringify(value);
  return length <= MAX_CONTEXT_CHARACTERS ? value : { truncated: `${length} characters of context were left out` };
}

function driftOf(sentAt: Date | undefined, now: Date): number {
  const drift = now.getTime() - (sentAt?.getTime() ?? Number.NaN);
  return Math.abs(drift) > MAX_DRIFT_MS ? drift : 0;
}
