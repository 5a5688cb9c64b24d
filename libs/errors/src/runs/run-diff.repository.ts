import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { Severity } from '#platform/kernel';

/** A group and how often it was seen in two runs. */
export interface GroupInRuns {
  id: string;
  title: string;
  culprit: string;
  severity: Severity;
  service: string;
  firstSeen: Date;
  /** When it last came back after it had been resolved. */
  regressedAt: Date | null;
  before: number;
  after: number;
}

interface Row extends Record<string, unknown> {
  id: string;
  title: string;
  culprit: string;
  severity: Severity;
  service: string;
  first_seen: Date;
  regressed_at: Date | null;
  before: string;
  after: string;
}

/** Questions about two runs. */
@Injectable()
export class RunDiffRepository {
  constructor(private readonly database: Database) {}

  /** Groups seen in either run, the most frequent first; by the occurrences that are still kept. */
  async groupsOf(earlier: string, later: string): Promise<GroupInRuns[]> {
    const rows = await this.database.query<Row>(
      `WITH seen AS (
         SELECT coalesce(g.merged_into, g.id) AS id, count(*) FILTER (WHERE o.run_id = $1) AS before,
                count(*) FILTER (WHERE o.run_id = $2) AS after
         FROM error_occurrence o JOIN error_group g ON g.id = o.group_id
         WHERE o.run_id IN ($1, $2)
         GROUP BY 1
       )
       SELECT g.id, g.title, g.culprit, g.severity, g.service, g.first_seen, g.regressed_at, seen.before, seen.after
       FROM seen JOIN error_group g ON g.id = seen.id
       ORDER BY greatest(seen.before, seen.after) DESC, g.id`,
      [earlier, later],
    );
    return rows.map(({ first_seen, regressed_at, before, after, ...group }) => ({
      ...group,
      firstSeen: first_seen,
      regressedAt: regressed_at,
      before: Number(before),
      after: Number(after),
    }));
  }
}
