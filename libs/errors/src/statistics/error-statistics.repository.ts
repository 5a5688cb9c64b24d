import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';

/** Occurrences by what they are, over a span of hours. */
export interface HourlyCounts {
  bySeverity: Record<string, number>;
  byCategory: Record<string, number>;
  byService: Record<string, number>;
  series: { hour: Date; count: number }[];
  topGroups: { id: string; count: number }[];
}

interface CountRow extends Record<string, unknown> {
  dimension: string;
  value: string;
  count: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Groups at the top of all lists of a span that are looked at: those that are shown may have been merged of several. */
const CANDIDATES = 100;

/** Sums over the counts of hours and days: whole days by theirs, the hours before one by one. They are kept when occurrences are thinned, so they stay exact. */
@Injectable()
export class ErrorStatisticsRepository {
  constructor(private readonly database: Database) {}

  /** @param since a full hour @param until later than any occurrence */
  async countsSince(since: Date, until: Date, top: number): Promise<HourlyCounts> {
    const [rows, topGroups] = await Promise.all([
      this.database.query<CountRow>(
        `WITH seen AS (
           SELECT service, severity, category, count FROM error_hour WHERE hour >= $1 AND hour < $2
           UNION ALL SELECT service, severity, category, count FROM error_day WHERE day >= $2
         )
         SELECT 'severity' AS dimension, severity AS value, sum(count) AS count FROM seen GROUP BY severity
         UNION ALL SELECT 'category', category, sum(count) FROM seen GROUP BY category
         UNION ALL SELECT 'service', service, sum(count) FROM seen GROUP BY service
         UNION ALL SELECT 'hour', extract(epoch FROM hour)::bigint::text, sum(count) FROM error_hour WHERE hour >= $1 GROUP BY hour`,
        [since, new Date(firstDayIn(since))],
      ),
      this.topGroupsSince(since, until, top),
    ]);
    const of = (dimension: string): [string, number][] =>
      rows.filter((row) => row.dimension === dimension).map(({ value, count }) => [value, Number(count)]);
    return {
      bySeverity: Object.fromEntries(of('severity')),
      byCategory: Object.fromEntries(of('category')),
      byService: Object.fromEntries(of('service')),
      series: of('hour')
        .map(([epoch, count]) => ({ hour: new Date(Number(epoch) * 1000), count }))
        .sort((a, b) => a.hour.getTime() - b.hour.getTime()),
      topGroups,
    };
  }

  /**
   * Who is shown is found on the lists of hours and days, which name the groups that were seen most in each; how often each was seen in
   * the span is counted exactly.
   */
  private async topGroupsSince(since: Date, until: Date, top: number): Promise<{ id: string; count: number }[]> {
    const firstDay = firstDayIn(since);
    const hours = stepsFrom(since.getTime(), Math.min(firstDay, until.getTime()), HOUR_MS);
    const days = stepsFrom(firstDay, until.getTime(), DAY_MS);
    const candidates = await this.database.query<{ id: string }>(
      `SELECT coalesce(g.merged_into, g.id) AS id
       FROM (
         SELECT group_id, sum(count) AS count FROM error_top_group
         WHERE (hours = 1 AND start = ANY($1::timestamptz[])) OR (hours = 24 AND start = ANY($2::timestamptz[]))
         GROUP BY group_id ORDER BY 2 DESC, 1 LIMIT ${CANDIDATES}
       ) seen JOIN error_group g ON g.id = seen.group_id
       GROUP BY 1 ORDER BY sum(seen.count) DESC, 1 LIMIT $3`,
      [hours, days, 2 * top],
    );
    const rows = await this.database.query<{ id: string; count: string }>(
      `SELECT coalesce(m.merged_into, m.id) AS id, sum(
         coalesce((SELECT sum(h.count) FROM error_group_hour h WHERE h.hour = ANY($1::timestamptz[]) AND h.group_id = m.id), 0) +
         coalesce((SELECT sum(d.count) FROM error_group_day d WHERE d.day = ANY($2::timestamptz[]) AND d.group_id = m.id), 0)
       ) AS count
       FROM error_group m WHERE m.id = ANY($3::uuid[]) OR m.merged_into = ANY($3::uuid[])
       GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $4`,
      [hours, days, candidates.map(({ id }) => id), top],
    );
    return rows.map(({ id, count }) => ({ id, count: Number(count) }));
  }

  /** Occurrences accepted in the last minutes. */
  async receivedSince(since: Date): Promise<number> {
    const [row] = await this.database.query<{ count: string }>(
      `SELECT count(*) AS count FROM error_occurrence WHERE received_at >= $1`,
      [since],
    );
    return Number(row?.count ?? 0);
  }
}

/** The beginning of the first whole day of a span. */
function firstDayIn(since: Date): number {
  return Math.ceil(since.getTime() / DAY_MS) * DAY_MS;
}

/** Times from one up to another, which is not among them. */
function stepsFrom(first: number, end: number, step: number): Date[] {
  return Array.from(
    { length: Math.max(0, Math.ceil((end - first) / step)) },
    (_, index) => new Date(first + index * step),
  );
}
