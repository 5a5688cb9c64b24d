import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Lists of groups by text and by service without reading all groups. The text is kept apart from the groups: they change with
 * every occurrence, and each change would write all trigrams of the text into the index anew.
 *
 * `pg_trgm` is a trusted extension that comes with PostgreSQL: whoever may create in the database may create it.
 */
export class SearchErrorGroups1764300300000 implements MigrationInterface {
  readonly name = 'SearchErrorGroups1764300300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
    await runner.query(`
      CREATE TABLE error_group_text (
        group_id uuid PRIMARY KEY REFERENCES error_group (id) ON DELETE CASCADE,
        text text NOT NULL
      )`);
    await runner.query(`
      CREATE FUNCTION keep_error_group_text() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO error_group_text (group_id, text) VALUES (NEW.id, concat_ws(E'\\n', NEW.title, NEW.culprit))
        ON CONFLICT (group_id) DO UPDATE SET text = excluded.text;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER error_group_text_of_new AFTER INSERT ON error_group
      FOR EACH ROW EXECUTE FUNCTION keep_error_group_text()`);
    await runner.query(`
      CREATE TRIGGER error_group_text_of_changed AFTER UPDATE OF title, culprit ON error_group
      FOR EACH ROW WHEN (OLD.title <> NEW.title OR OLD.culprit <> NEW.culprit)
      EXECUTE FUNCTION keep_error_group_text()`);
    await runner.query(`
      INSERT INTO error_group_text (group_id, text) SELECT id, concat_ws(E'\\n', title, culprit) FROM error_group`);
    await runner.query(`CREATE INDEX error_group_text_trigrams ON error_group_text USING gin (text gin_trgm_ops)`);
    // Or the planner knows nothing of the texts until autovacuum comes by. Not of an empty table: the planner would read all of it
    // for every question, as of something that stays empty, until autovacuum has looked again.
    await runner.query(
      'DO $$ BEGIN IF EXISTS (SELECT 1 FROM error_group_text) THEN ANALYZE error_group_text; END IF; END $$',
    );
    await runner.query(
      `CREATE INDEX error_group_by_service ON error_group (service, last_seen DESC, id DESC) WHERE merged_into IS NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX error_group_by_service');
    await runner.query('DROP TRIGGER error_group_text_of_changed ON error_group');
    await runner.query('DROP TRIGGER error_group_text_of_new ON error_group');
    await runner.query('DROP FUNCTION keep_error_group_text');
    await runner.query('DROP TABLE error_group_text');
    await runner.query('DROP EXTENSION pg_trgm');
  }
}
