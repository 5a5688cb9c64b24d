import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Characters of a description that searches look into: of longer ones each word would cost as much as the rest of the task. */
const SEARCHED = 500;

/**
 * Tasks are found by a part of their description. It is kept apart from the tasks, as each step of a task would write all trigrams of it
 * into the index anew, and by triggers, so that those that earlier replicas write are found too. Tasks without one cost nothing more.
 */
export class SearchTasks1766400050000 implements MigrationInterface {
  readonly name = 'SearchTasks1766400050000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE agent_task_text (task_id uuid PRIMARY KEY, text text NOT NULL)');
    await runner.query(`
      CREATE FUNCTION keep_agent_task_text() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' THEN
          DELETE FROM agent_task_text WHERE task_id = OLD.id;
        ELSE
          INSERT INTO agent_task_text (task_id, text) VALUES (NEW.id, left(NEW.task_description, ${SEARCHED}));
        END IF;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER agent_task_text_of_new AFTER INSERT ON agent_task
      FOR EACH ROW WHEN (NEW.task_description IS NOT NULL) EXECUTE FUNCTION keep_agent_task_text()`);
    await runner.query(`
      CREATE TRIGGER agent_task_text_of_gone AFTER DELETE ON agent_task
      FOR EACH ROW WHEN (OLD.task_description IS NOT NULL) EXECUTE FUNCTION keep_agent_task_text()`);
    await runner.query(`
      INSERT INTO agent_task_text (task_id, text)
      SELECT id, left(task_description, ${SEARCHED}) FROM agent_task WHERE task_description IS NOT NULL`);
    // What waits to be put into the index is read by every search: little of it, and a search stays quick.
    await runner.query(`
      CREATE INDEX agent_task_text_trigrams ON agent_task_text USING gin (text gin_trgm_ops)
      WITH (gin_pending_list_limit = 512)`);
    // Not of an empty table: see the search of groups of errors.
    await runner.query(
      'DO $$ BEGIN IF EXISTS (SELECT 1 FROM agent_task_text) THEN ANALYZE agent_task_text; END IF; END $$',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER agent_task_text_of_gone ON agent_task');
    await runner.query('DROP TRIGGER agent_task_text_of_new ON agent_task');
    await runner.query('DROP FUNCTION keep_agent_task_text');
    await runner.query('DROP TABLE agent_task_text');
  }
}
