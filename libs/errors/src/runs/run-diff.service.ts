import { Injectable } from '@nestjs/common';
import { RunNotFoundException } from '../occurrences/errors.exceptions.js';
import { type GroupInRuns, RunDiffRepository } from './run-diff.repository.js';
import { type RunRecord, RunRepository } from './run.repository.js';

export type { GroupInRuns } from './run-diff.repository.js';

/** What changed from one run to another; a group is in one of the lists at most. */
export interface RunDiff {
  /** Seen in the later run and never before. */
  new: GroupInRuns[];
  /** Seen in the earlier run only. */
  fixed: GroupInRuns[];
  /** Back in the later run: seen before the earlier one but not in it, or resolved in between. */
  regressed: GroupInRuns[];
  /** Number of groups seen in both, and not resolved in between. */
  unchanged: number;
}

/** Compares runs, as releases are compared. */
@Injectable()
export class RunDiffService {
  constructor(
    private readonly runs: RunRepository,
    private readonly diffs: RunDiffRepository,
  ) {}

  /** @throws RunNotFoundException */
  async between(earlierId: string, laterId: string): Promise<RunDiff> {
    const [earlier, later] = await Promise.all([this.runs.find(earlierId), this.runs.find(laterId)]);
    if (!earlier || !later) throw new RunNotFoundException();
    const groups = await this.diffs.groupsOf(earlierId, laterId);
    const isNew = ({ before, after, firstSeen }: GroupInRuns): boolean =>
      before === 0 && after > 0 && firstSeen >= earlier.startedAt;
    const isBack = (group: GroupInRuns): boolean =>
      group.after > 0 && !isNew(group) && (group.before === 0 || cameBackIn(later, group));
    return {
      new: groups.filter(isNew),
      fixed: groups.filter(({ after }) => after === 0),
      regressed: groups.filter(isBack),
      unchanged: groups.filter((group) => group.before > 0 && group.after > 0 && !isBack(group)).length,
    };
  }
}

/** Whether a group came back, after it had been resolved, while the run lived. */
function cameBackIn({ startedAt, completedAt }: RunRecord, { regressedAt }: GroupInRuns): boolean {
  return regressedAt !== null && regressedAt >= startedAt && (completedAt === null || regressedAt <= completedAt);
}
