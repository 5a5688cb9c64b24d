import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Requests of all modules that came with an idempotency key, and what they were answered; encrypted, since an answer may show a secret.
 * The table of the error ledger's own, which this replaces, stays for processes of the release before.
 */
export class KeepIdempotentRequests1765100000000 implements MigrationInterface {
  readonly name = 'KeepIdempotentRequests1765100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotent_request (
        owner text NOT NULL,
        key text NOT NULL,
        encrypted_answer text NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (owner, key)
      )`);
    await runner.query('CREATE INDEX idempotent_request_by_time ON idempotent_request (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotent_request');
  }
}
