import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys of requests about errors are kept with those of all others; the few that were kept here would have lapsed within days. */
export class DropErrorRequests1765300020000 implements MigrationInterface {
  readonly name = 'DropErrorRequests1765300020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE error_request');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE error_request (
        principal_id uuid NOT NULL,
        key text NOT NULL,
        fingerprint jsonb NOT NULL,
        encrypted_answer text NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (principal_id, key)
      )`);
  }
}
