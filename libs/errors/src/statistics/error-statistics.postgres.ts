import { Injectable } from '@nestjs/common';
import { CANDIDATES, ErrorStatisticsRepository, type HourlyCounts, type Steps } from './error-statistics.repository.js';

/** Bench: `statistics of a week`. */
@Injectable()
export class PostgresErrorStatisticsRepository extends ErrorStatisticsRepository {
  protected override async sumsSince(since: Date, firstDay: Date): Promise<Omit<HourlyCounts, 'topGroups'>> {
    const rows = await this.database.query<{ dimension: string; value: string; count: string }>(
      `WITH seen AS (
         SELECT service, severity, category, count FROM error_hour WHERE hour >= $1 AND hour < $2
         UNION ALL SELECT service, severity, category, count FROM error_day WHERE day >= $2
       )
       SELECT 'severity' AS dimension, severity AS value, sum(count) AS count FROM seen GROUP BY severity
       UNION ALL SELECT 'category', category, sum(count) FROM seen GROUP BY category
       UNION ALL SELECT 'service', service, sum(count) FROM seen GROUP BY service
       UNION ALL SELECT 'hour', extract(epoch FROM hour)::bigint::text, sum(count) FROM error_hour WHERE hour >= $1 GROUP BY hour`,
      [since, firstDay],
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
    };
  }

  protected override async topGroupsIn({ hours, days }: Steps, top: number): Promise<{ id: string; count: number }[]> {
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
}
