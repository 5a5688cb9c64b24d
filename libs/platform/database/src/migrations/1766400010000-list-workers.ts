import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Workers are listed by who registered them, and by when they were last heard of, however many came and went. */
export class ListWorkers1766400010000 implements MigrationInterface {
  readonly name = 'ListWorkers1766400010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX agent_worker_owner_idx ON agent_worker (owner_id, id)');
    await runner.query('CREATE INDEX agent_worker_seen_idx ON agent_worker (last_seen_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX agent_worker_owner_idx, agent_worker_seen_idx');
  }
}
