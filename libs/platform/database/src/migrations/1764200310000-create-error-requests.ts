import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys of requests that made something, and what they were answered; encrypted, since an answer may show a secret. */
export class CreateErrorRequests1764200310000 implements MigrationInterface {
  readonly name = 'CreateErrorRequests1764200310000';

  async up(runner: QueryRunner): Promise<void> {
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

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE error_request`);
  }
}
