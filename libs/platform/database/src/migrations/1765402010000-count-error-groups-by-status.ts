import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sums by day (UTC) beside those by hour, and how many shown groups have each status. Changes of the latter are added as rows of their
 * own, so that nobody waits for anybody; the ledger's upkeep adds them up.
 */
export class CountErrorGroupsByStatus1765402010000 implements MigrationInterface {
  readonly name = 'CountErrorGroupsByStatus1765402010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE error_day (
        day timestamptz NOT NULL,
        service text NOT NULL,
        severity text NOT NULL,
        category text NOT NULL,
        count bigint NOT NULL,
        PRIMARY KEY (day, service, severity, category)
      )`);
    await runner.query(`
      INSERT INTO error_day (day, service, severity, category, count)
      SELECT date_trunc('day', hour, 'UTC'), service, severity, category, sum(count) FROM error_hour GROUP BY 1, 2, 3, 4`);
    await runner.query('CREATE TABLE error_group_count (status text NOT NULL, groups bigint NOT NULL)');
    await runner.query(`
      CREATE FUNCTION error_group_counted() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP <> 'INSERT' AND OLD.merged_into IS NULL THEN
          INSERT INTO error_group_count (status, groups) VALUES (OLD.status, -1);
        END IF;
        IF TG_OP <> 'DELETE' AND NEW.merged_into IS NULL THEN
          INSERT INTO error_group_count (status, groups) VALUES (NEW.status, 1);
        END IF;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER error_group_counted_anew AFTER UPDATE ON error_group FOR EACH ROW
      WHEN (OLD.status <> NEW.status OR OLD.merged_into IS DISTINCT FROM NEW.merged_into)
      EXECUTE FUNCTION error_group_counted()`);
    await runner.query(`
      CREATE TRIGGER error_group_counted AFTER INSERT OR DELETE ON error_group FOR EACH ROW
      EXECUTE FUNCTION error_group_counted()`);
    await runner.query(`
      INSERT INTO error_group_count (status, groups)
      SELECT status, count(*) FROM error_group WHERE merged_into IS NULL GROUP BY status`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER error_group_counted ON error_group');
    await runner.query('DROP TRIGGER error_group_counted_anew ON error_group');
    await runner.query('DROP FUNCTION error_group_counted');
    await runner.query('DROP TABLE error_group_count, error_day');
  }
}
