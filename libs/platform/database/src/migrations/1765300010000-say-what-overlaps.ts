import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A schedule says what happens when its task before has not ended, and an attempt may take a day. */
export class SayWhatOverlaps1765300010000 implements MigrationInterface {
  readonly name = 'SayWhatOverlaps1765300010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_schedule ADD COLUMN overlap text NOT NULL DEFAULT 'skip'
        CHECK (overlap IN ('skip', 'queue', 'cancel_previous'))`);
    await runner.query('ALTER TABLE agent DROP CONSTRAINT agent_timeout_seconds_check');
    await runner.query(
      'ALTER TABLE agent ADD CONSTRAINT agent_timeout_seconds_check CHECK (timeout_seconds BETWEEN 1 AND 86400)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('UPDATE agent SET timeout_seconds = 3600 WHERE timeout_seconds > 3600');
    await runner.query('ALTER TABLE agent DROP CONSTRAINT agent_timeout_seconds_check');
    await runner.query(
      'ALTER TABLE agent ADD CONSTRAINT agent_timeout_seconds_check CHECK (timeout_seconds BETWEEN 1 AND 3600)',
    );
    await runner.query('ALTER TABLE agent_schedule DROP COLUMN overlap');
  }
}
