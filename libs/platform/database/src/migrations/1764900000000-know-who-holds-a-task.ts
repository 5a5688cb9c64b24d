import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A worker belongs to the credential that registered it, and a lease knows how long it was asked for. The list of one's own tasks finds
 * those of each agent and state in their order.
 */
export class KnowWhoHoldsATask1764900000000 implements MigrationInterface {
  readonly name = 'KnowWhoHoldsATask1764900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_worker ADD COLUMN credential_id uuid');
    await runner.query('ALTER TABLE agent_task ADD COLUMN lease_seconds double precision');
    await runner.query('CREATE INDEX agent_task_maker_idx ON agent_task (created_by, agent_id, state, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX agent_task_maker_idx');
    await runner.query('ALTER TABLE agent_task DROP COLUMN lease_seconds');
    await runner.query('ALTER TABLE agent_worker DROP COLUMN credential_id');
  }
}
