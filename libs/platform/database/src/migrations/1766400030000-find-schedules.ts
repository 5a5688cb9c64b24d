import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Schedules are found by their agent and by whose they are, and know who made them: `created_by` is whoever changed them last. Of those from
 * before that nobody changed it is known.
 */
export class FindSchedules1766400030000 implements MigrationInterface {
  readonly name = 'FindSchedules1766400030000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_schedule ADD COLUMN made_by text');
    await runner.query('UPDATE agent_schedule SET made_by = created_by WHERE updated_at = created_at');
    await runner.query('CREATE INDEX agent_schedule_agent_idx ON agent_schedule (agent_id, id)');
    await runner.query('CREATE INDEX agent_schedule_owner_idx ON agent_schedule (created_by, id)');
    await runner.query('CREATE INDEX agent_schedule_owner_agent_idx ON agent_schedule (created_by, agent_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX agent_schedule_agent_idx, agent_schedule_owner_idx, agent_schedule_owner_agent_idx');
    await runner.query('ALTER TABLE agent_schedule DROP COLUMN made_by');
  }
}
