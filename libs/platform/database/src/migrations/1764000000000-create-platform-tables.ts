import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Timed work that runs once across replicas: one row for each run of a job. */
export class CreatePlatformTables1764000000000 implements MigrationInterface {
  readonly name = 'CreatePlatformTables1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE scheduled_job (
        name text NOT NULL,
        bucket timestamptz NOT NULL,
        lease_token uuid NOT NULL,
        lease_expires_at timestamptz NOT NULL,
        attempts integer NOT NULL DEFAULT 1,
        finished_at timestamptz,
        PRIMARY KEY (name, bucket)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE scheduled_job');
  }
}
