import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The addresses that processes of the service issued tokens under while PUBLIC_URL was not set. */
export class RememberIssuersOfTokens1765000010000 implements MigrationInterface {
  readonly name = 'RememberIssuersOfTokens1765000010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE token_issuer (address text PRIMARY KEY, issued_at timestamptz NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE token_issuer');
  }
}
