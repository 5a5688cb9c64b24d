import type { Occurrence } from '../occurrences/occurrence.js';

/** An entry of the artifact: the 16 fields of the ledger's file format, and where it was reported from. */
export interface ArtifactEntry {
  error_id: string;
  timestamp: string;
  severity: string;
  category: string;
  error_type: string;
  error_message: string;
  stack_trace: string | null;
  context: Readonly<Record<string, unknown>>;
  correlation_id: string | null;
  user_id: string | null;
  endpoint: string | null;
  method: string | null;
  source_file: string | null;
  source_line: number | null;
  resolved: boolean;
  resolution_notes: string | null;
  service: string;
  release: string | null;
  environment: string | null;
}

/** @param resolution notes of the resolution, `null` for one without notes; `undefined` while unresolved */
export function toArtifactEntry(occurrence: Occurrence, resolution?: string | null): ArtifactEntry {
  return {
    error_id: occurrence.errorId,
    timestamp: occurrence.timestamp,
    severity: occurrence.severity,
    category: occurrence.category,
    error_type: occurrence.errorType,
    error_message: occurrence.errorMessage,
    stack_trace: occurrence.stackTrace,
    context: occurrence.context,
    correlation_id: occurrence.correlationId,
    user_id: occurrence.userId,
    endpoint: occurrence.endpoint,
    method: occurrence.method,
    source_file: occurrence.sourceFile,
    source_line: occurrence.sourceLine,
    resolved: resolution !== undefined,
    resolution_notes: resolution ?? null,
    service: occurrence.service,
    release: occurrence.release,
    environment: occurrence.environment,
  };
}
