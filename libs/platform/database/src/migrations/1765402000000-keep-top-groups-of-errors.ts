import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The groups that were seen most in each hour and on each day (UTC), so that statistics need not add up all groups. */
export class KeepTopGroupsOfErrors1765402000000 implements MigrationInterface {
  readonly name = 'KeepTopGroupsOfErrors1765402000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE error_top_group (
        hours smallint NOT NULL CHECK (hours IN (1, 24)),
        start timestamptz NOT NULL,
        group_id uuid NOT NULL REFERENCES error_group (id) ON DELETE CASCADE,
        count bigint NOT NULL,
        PRIMARY KEY (hours, start, group_id)
      )`);
    await runner.query(`
      INSERT INTO error_top_group (hours, start, group_id, count)
      SELECT hours, start, group_id, count FROM (
        SELECT *, row_number() OVER (PARTITION BY hours, start ORDER BY count DESC, group_id) AS place FROM (
          SELECT 1 AS hours, hour AS start, group_id, sum(count) AS count FROM error_group_hour GROUP BY hour, group_id
          UNION ALL SELECT 24, day, group_id, count FROM error_group_day
        ) seen
      ) ranked WHERE place <= 50`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE error_top_group');
  }
}
