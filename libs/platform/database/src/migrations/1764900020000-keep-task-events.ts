import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Events of tasks can no more be emptied as a whole than one by one. */
export class KeepTaskEvents1764900020000 implements MigrationInterface {
  readonly name = 'KeepTaskEvents1764900020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TRIGGER agent_task_event_no_truncate BEFORE TRUNCATE ON agent_task_event
      FOR EACH STATEMENT EXECUTE FUNCTION agent_task_event_is_final()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER agent_task_event_no_truncate ON agent_task_event');
  }
}
