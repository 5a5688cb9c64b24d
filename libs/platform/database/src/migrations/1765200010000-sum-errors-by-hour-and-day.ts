import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Statistics read sums, not every hour of every group: what was seen in an hour by service, severity and category, and how often a
 * group was seen on a day (UTC).
 */
export class SumErrorsByHourAndDay1765200010000 implements MigrationInterface {
  readonly name = 'SumErrorsByHourAndDay1765200010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE error_hour (
        hour timestamptz NOT NULL,
        service text NOT NULL,
        severity text NOT NULL,
        category text NOT NULL,
        count bigint NOT NULL,
        PRIMARY KEY (hour, service, severity, category)
      )`);
    await runner.query(`
      INSERT INTO error_hour (hour, service, severity, category, count)
      SELECT h.hour, g.service, h.severity, h.category, sum(h.count)
      FROM error_group_hour h JOIN error_group g ON g.id = h.group_id
      GROUP BY h.hour, g.service, h.severity, h.category`);
    await runner.query(`
      CREATE TABLE error_group_day (
        day timestamptz NOT NULL,
        group_id uuid NOT NULL REFERENCES error_group (id) ON DELETE CASCADE,
        count bigint NOT NULL,
        PRIMARY KEY (day, group_id)
      )`);
    await runner.query(`
      INSERT INTO error_group_day (day, group_id, count)
      SELECT date_trunc('day', hour, 'UTC'), group_id, sum(count) FROM error_group_hour GROUP BY 1, 2`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE error_group_day, error_hour');
  }
}
