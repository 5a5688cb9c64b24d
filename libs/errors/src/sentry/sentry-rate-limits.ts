import { AppException } from '#platform/kernel';
import type { PressureStage } from '../ledger/pressure.js';

/** What SDKs send beside errors. */
const OTHER_CATEGORIES =
  'transaction;span;session;replay;profile;attachment;log_item;metric_bucket;trace_metric;monitor;feedback';

/** Seconds for which senders hold everything but errors back while the disk fills up. */
const HOLD_BACK_SECONDS = 60;

/** `X-Sentry-Rate-Limits` of an answer to what was kept: none while there is room. */
export function limitsAtStage(stage: PressureStage): string | undefined {
  return stage === 'normal' ? undefined : `${HOLD_BACK_SECONDS}:${OTHER_CATEGORIES}:project:errors.${stage}`;
}

/**
 * `X-Sentry-Rate-Limits` of a refusal. Who is refused for the severity of one event must go on sending the graver ones: an SDK
 * that reads no limit in a 429 stays silent for a minute.
 */
export function limitsOfRefusal(error: unknown): string | undefined {
  if (!(error instanceof AppException) || error.kind !== 'rate_limited') return undefined;
  const isForSeverity = error.code === 'ERRORS.SHEDDING';
  const categories = isForSeverity ? OTHER_CATEGORIES : 'error;default';
  return `${error.retryAfterSeconds ?? 60}:${categories}:project:${error.code.toLowerCase()}`;
}
