import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tasks are found by what led to them, and those that ended by agent and by maker, in the order of their ends. A migration of its own: what it locks waits for it alone. */
export class FindTasksByCorrelation1766500030000 implements MigrationInterface {
  readonly name = 'FindTasksByCorrelation1766500030000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE INDEX agent_task_correlation ON agent_task (correlation_id, id) WHERE correlation_id IS NOT NULL',
    );
    await runner.query(
      'CREATE INDEX agent_task_agent_ended_idx ON agent_task (agent_id, state, finished_at, id) WHERE finished_at IS NOT NULL',
    );
    await runner.query(
      'CREATE INDEX agent_task_maker_ended_idx ON agent_task (created_by, agent_id, state, finished_at, id) WHERE finished_at IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX agent_task_correlation');
    await runner.query('DROP INDEX agent_task_agent_ended_idx');
    await runner.query('DROP INDEX agent_task_maker_ended_idx');
  }
}
