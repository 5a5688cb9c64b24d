import { Injectable } from '@nestjs/common';
import { RunNotFoundError } from '../domain/errors.exceptions.js';
import { type GroupInRuns, RunDiffRepository } from '../infrastructure/run-diff.repository.js';
import { RunRepository } from '../infrastructure/run.repository.js';

export type { GroupInRuns } from '../infrastructure/run-diff.repository.js';

/** What changed from one run to another; a group is in one of the lists at most. */
export interface RunDiff {
  /** Seen in the later run and never before. */
  new: GroupInRuns[];
  /** Seen in the earlier run only. */
  fixed: GroupInRuns[];
  /** Seen in the later run and before the earlier one, but not in it. */
  regressed: GroupInRuns[];
  /** Number of groups seen in both. */
  unchanged: number;
}

/** Compares runs, as releases are compared. */
@Injectable()
export class RunDiffService {
  constructor(
    private readonly runs: RunRepository,
    private readonly diffs: RunDiffRepository,
  ) {}

  /** @throws RunNotFoundError */
  async between(earlierId: string, laterId: string): Promise<RunDiff> {
    const [earlier, later] = await Promise.all([this.runs.find(earlierId), this.runs.find(laterId)]);
    if (!earlier || !later) throw new RunNotFoundError();
    const groups = await this.diffs.groupsOf(earlierId, laterId);
    const appeared = groups.filter(({ before, after }) => before === 0 && after > 0);
    const isKnown = ({ firstSeen }: GroupInRuns): boolean => firstSeen < earlier.startedAt;
    return {
      new: appeared.filter((group) => !isKnown(group)),
      fixed: groups.filter(({ after }) => after === 0),
      regressed: appeared.filter(isKnown),
      unchanged: groups.filter(({ before, after }) => before > 0 && after > 0).length,
    };
  }
}
