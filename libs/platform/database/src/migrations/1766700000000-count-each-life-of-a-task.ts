import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the history of agents has counted of a task before it was queued again, so that it counts only what comes on top. */
export class CountEachLifeOfATask1766700000000 implements MigrationInterface {
  readonly name = 'CountEachLifeOfATask1766700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE agent_task ADD COLUMN counted_tokens bigint, ADD COLUMN counted_cost_micros bigint',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_task DROP COLUMN counted_cost_micros, DROP COLUMN counted_tokens');
  }
}
