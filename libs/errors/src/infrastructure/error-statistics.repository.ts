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

/** Sums over the hourly counts. They are kept when occurrences are thinned, so they stay exact. */
@Injectable()
export class ErrorStatisticsRepository {
  constructor(private readonly database: Database) {}

  /** @param since a full hour */
  async countsSince(since: Date, top: number): Promise<HourlyCounts> {
    const rows = await this.database.query<CountRow>(
      `WITH seen AS (
         SELECT coalesce(g.merged_into, g.id) AS group_id, h.hour, h.severity, h.category, g.service, h.count
         FROM error_group_hour h JOIN error_group g ON g.id = h.group_id
         WHERE h.hour >= $1
       )
       SELECT 'severity' AS dimension, severity AS value, sum(count) AS count FROM seen GROUP BY severity
       UNION ALL SELECT 'category', category, sum(count) FROM seen GROUP BY category
       UNION ALL SELECT 'service', service, sum(count) FROM seen GROUP BY service
       UNION ALL SELECT 'hour', extract(epoch FROM hour)::bigint::text, sum(count) FROM seen GROUP BY hour
       UNION ALL (SELECT 'group', group_id::text, sum(count) FROM seen GROUP BY group_id
                  ORDER BY sum(count) DESC, group_id LIMIT $2)`,
      [since, top],
    );
    const of = (dimension: string): [string, number][] =>
      rows.filter((row) => row.dimension === dimension).map(({ value, count }) => [value, Number(count)]);
    return {
      bySeverity: Object.fromEntries(of('severity')),
      byCategory: Object.fromEntries(of('category')),
      byService: Object.fromEntries(of('service')),
      series: of('hour')
        .map(([epoch, count]) => ({ hour: new Date(Number(epoch) * 1000), count }))
        .sort((a, b) => a.hour.getTime() - b.hour.getTime()),
      topGroups: of('group').map(([id, count]) => ({ id, count })),
    };
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
