import type { Occurrence, OccurrenceDetail } from '../occurrences/occurrence.js';

/** An occurrence with its group and its place in the run. */
export interface StoredOccurrence {
  occurrence: Occurrence;
  groupId: string;
  runId: string;
  sequence: number;
}

/** As its row is written, by column. */
export function toRow({ occurrence, groupId, runId, sequence }: StoredOccurrence): Record<string, unknown> {
  const { severity, category, service, release, environment, endpoint, method } = occurrence;
  return {
    id: occurrence.errorId,
    group_id: groupId,
    run_id: runId,
    sequence,
    occurred_at: occurrence.timestamp,
    received_at: occurrence.receivedAt,
    severity,
    category,
    error_type: occurrence.errorType,
    error_message: occurrence.errorMessage,
    service,
    release,
    environment,
    correlation_id: occurrence.correlationId,
    user_id: occurrence.userId,
    endpoint,
    method,
    project_id: occurrence.projectId ?? null,
    detail: detailOf(occurrence),
  };
}

/** Written out, as a copy without some fields takes many times as long. */
function detailOf(occurrence: Occurrence): Record<keyof OccurrenceDetail, unknown> {
  const { status, code, constraint, template, fingerprint, isMessage } = occurrence;
  const { stackTrace, context, sourceFile, sourceLine, frames, causes, tags, user, breadcrumbs, contexts } = occurrence;
  return {
    status,
    code,
    constraint,
    template,
    fingerprint,
    isMessage,
    stackTrace,
    context,
    sourceFile,
    sourceLine,
    frames,
    causes,
    tags,
    user,
    breadcrumbs,
    contexts,
  };
}
