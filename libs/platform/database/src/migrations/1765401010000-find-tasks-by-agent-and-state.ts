import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tasks of an agent in a state are found in their order, however many others there are. The index takes the place of the one of an agent's
 * tasks in any state: those are the first of each state, merged.
 */
export class FindTasksByAgentAndState1765401010000 implements MigrationInterface {
  readonly name = 'FindTasksByAgentAndState1765401010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX agent_task_agent_state_idx ON agent_task (agent_id, state, id)');
    await runner.query('DROP INDEX agent_task_agent_idx');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX agent_task_agent_idx ON agent_task (agent_id, id)');
    await runner.query('DROP INDEX agent_task_agent_state_idx');
  }
}
