import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A task knows the schedule that queued it. Those of a schedule are found in their order for each of its few owners, agent and state, as all
 * lists of tasks are. Tasks from before do not know theirs.
 */
export class FindTasksBySchedule1766400000000 implements MigrationInterface {
  readonly name = 'FindTasksBySchedule1766400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_task ADD COLUMN schedule_id uuid');
    await runner.query(`
      CREATE INDEX agent_task_schedule_idx ON agent_task (schedule_id, created_by, agent_id, state, id)
      WHERE schedule_id IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_task DROP COLUMN schedule_id');
  }
}
