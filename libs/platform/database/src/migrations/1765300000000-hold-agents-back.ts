import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An agent waits as long as its provider asks, and its success rate knows how many attempts it rests on. */
export class HoldAgentsBack1765300000000 implements MigrationInterface {
  readonly name = 'HoldAgentsBack1765300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_runtime
        ADD COLUMN held_until timestamptz,
        ADD COLUMN rated_attempts smallint NOT NULL DEFAULT 0 CHECK (rated_attempts >= 0)`);
    // The rates there are were weighted as if many attempts stood behind them.
    await runner.query('UPDATE agent_runtime SET rated_attempts = 10 WHERE success_rate IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_runtime DROP COLUMN rated_attempts, DROP COLUMN held_until');
  }
}
