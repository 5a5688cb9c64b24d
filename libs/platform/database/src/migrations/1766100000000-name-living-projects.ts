import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A column that only living projects have a value in holds their names apart on every engine. The index on part of the names stays until no
 * replica of an earlier release looks for its name in a violation.
 */
export class NameLivingProjects1766100000000 implements MigrationInterface {
  readonly name = 'NameLivingProjects1766100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE error_project ADD COLUMN living_name text');
    await runner.query('UPDATE error_project SET living_name = name WHERE deleted_at IS NULL');
    await runner.query('CREATE UNIQUE INDEX error_project_living_name ON error_project (living_name)');
    // Replicas of earlier releases make and delete projects too.
    await runner.query(`
      CREATE FUNCTION error_project_fill_living_name() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.living_name := CASE WHEN NEW.deleted_at IS NULL THEN NEW.name END;
        RETURN NEW;
      END $$`);
    await runner.query(`
      CREATE TRIGGER error_project_fill_living_name BEFORE INSERT OR UPDATE ON error_project FOR EACH ROW
      EXECUTE FUNCTION error_project_fill_living_name()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER error_project_fill_living_name ON error_project');
    await runner.query('DROP FUNCTION error_project_fill_living_name()');
    await runner.query('ALTER TABLE error_project DROP COLUMN living_name');
  }
}
