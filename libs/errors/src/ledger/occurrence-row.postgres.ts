import { detailOf, type StoredOccurrence } from './stored-occurrence.js';

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
