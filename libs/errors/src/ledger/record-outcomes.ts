import type { Outcome } from '../write-ahead/conservation.js';
import type { GroupedRecord } from './group-changes.js';

/** What became of each record of a chunk. */
export function outcomesOf(
  records: readonly GroupedRecord[],
  stored: ReadonlySet<GroupedRecord>,
  faulty: readonly { projectId: number | undefined }[],
): [projectId: number | undefined, Outcome][] {
  return [
    ...records.map((record): [number | undefined, Outcome] => [
      record.occurrence.projectId,
      stored.has(record) ? { ...NOTHING, stored: 1 } : { ...NOTHING, duplicate: 1 },
    ]),
    ...faulty.map(({ projectId }): [number | undefined, Outcome] => [projectId, { ...NOTHING, quarantined: 1 }]),
  ];
}

const NOTHING: Outcome = { stored: 0, duplicate: 0, quarantined: 0 };

export function sumOf(outcomes: readonly Outcome[]): Outcome {
  const sum = { ...NOTHING };
  for (const { stored, duplicate, quarantined } of outcomes) {
    sum.stored += stored;
    sum.duplicate += duplicate;
    sum.quarantined += quarantined;
  }
  return sum;
}

/** Sums of those that came through a project's key. */
export function sumsByProject(outcomes: readonly (readonly [number | undefined, Outcome])[]): Map<number, Outcome> {
  const sums = new Map<number, Outcome>();
  for (const [projectId, outcome] of outcomes) {
    if (projectId !== undefined) sums.set(projectId, sumOf([sums.get(projectId) ?? NOTHING, outcome]));
  }
  return sums;
}
