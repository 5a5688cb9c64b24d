import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Each task is written four times in its life, and each event once: what only the database's own comfort asked for is left out. Events
 * are written by the statement that changes their task, so that a reference can only repeat what holds. Running tasks are few, and
 * those whose lease ran out are found among them without an index of their own; heartbeats then move no index at all.
 */
export class LightenTaskWrites1764400000000 implements MigrationInterface {
  readonly name = 'LightenTaskWrites1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_task_event DROP CONSTRAINT agent_task_event_task_id_fkey');
    await runner.query('DROP INDEX agent_task_lease_idx');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX agent_task_lease_idx ON agent_task (lease_expires_at) WHERE state IN ('leased', 'running')`,
    );
    await runner.query('ALTER TABLE agent_task_event ADD FOREIGN KEY (task_id) REFERENCES agent_task (id)');
  }
}
