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

const DAY_MS = 86_400_000;

/** Sums over the hourly counts. They are kept when occurrences are thinned, so they stay exact. */
@Injectable()
export class ErrorStatisticsRepository {
  constructor(private readonly database: Database) {}

  /** @param since a full hour */
  async countsSince(since: Date, top: number): Promise<HourlyCounts> {
    const [rows, topGroups] = await Promise.all([
      this.database.query<CountRow>(
        `WITH seen AS (SELECT hour, service, severity, category, count FROM error_hour WHERE hour >= $1)
         SELECT 'severity' AS dimension, severity AS value, sum(count) AS count FROM seen GROUP BY severity
         UNION ALL SELECT 'category', category, sum(count) FROM seen GROUP BY category
         UNION ALL SELECT 'service', service, sum(count) FROM seen GROUP BY service
         UNION ALL SELECT 'hour', extract(epoch FROM hour)::bigint::text, sum(count) FROM seen GROUP BY hour`,
        [since],
      ),
      this.topGroupsSince(since, top),
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

  /** Whole days by their sums, the hours before the first of them one by one. */
  private async topGroupsSince(since: Date, top: number): Promise<{ id: string; count: number }[]> {
    const firstDay = new Date(Math.ceil(since.getTime() / DAY_MS) * DAY_MS);
    const rows = await this.database.query<{ id: string; count: string }>(
      `SELECT coalesce(g.merged_into, g.id) AS id, sum(seen.count) AS count
       FROM (
         SELECT group_id, sum(count::integer) AS count FROM (
           SELECT group_id, count FROM error_group_hour WHERE hour >= $1 AND hour < $2
           UNION ALL SELECT group_id, count FROM error_group_day WHERE day >= $2
         ) parts GROUP BY group_id
       ) seen JOIN error_group g ON g.id = seen.group_id
       GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $3`,
      [since, firstDay, top],
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
