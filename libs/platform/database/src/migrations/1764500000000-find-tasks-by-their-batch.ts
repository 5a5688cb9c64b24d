import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A batch names its tasks, and they are found by it: the index of tasks by batch was written anew with each change of each task. Batches
 * from before batches were kept get their row here.
 */
export class FindTasksByTheirBatch1764500000000 implements MigrationInterface {
  readonly name = 'FindTasksByTheirBatch1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      INSERT INTO agent_batch (id, created_by, created_at, operations)
      SELECT t.batch_id, min(t.created_by), min(t.created_at),
        jsonb_agg(jsonb_build_object('agent', a.slug, 'taskId', t.id, 'error', NULL, 'select', NULL) ORDER BY t.id)
      FROM agent_task t JOIN agent a ON a.id = t.agent_id
      WHERE t.batch_id IS NOT NULL AND NOT EXISTS (SELECT FROM agent_batch b WHERE b.id = t.batch_id)
      GROUP BY t.batch_id`);
    await runner.query('DROP INDEX agent_task_batch_idx');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX agent_task_batch_idx ON agent_task (batch_id) WHERE batch_id IS NOT NULL');
  }
}
