import type { Occurrence, OccurrenceDetail } from '../occurrences/occurrence.js';

/** An occurrence with its group and its place in the run. */
export interface StoredOccurrence {
  occurrence: Occurrence;
  groupId: string;
  runId: string;
  sequence: number;
}

/** The fields that share a column. Written out, as a copy without some fields takes many times as long. */
export function detailOf(occurrence: Occurrence): Record<keyof OccurrenceDetail, unknown> {
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
