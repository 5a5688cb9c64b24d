import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many consequential calls of language models each hour has seen, over all processes. */
export class CountConsequentialCalls1764300500000 implements MigrationInterface {
  readonly name = 'CountConsequentialCalls1764300500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agent_consequential_hour (
        hour timestamptz PRIMARY KEY,
        used integer NOT NULL CHECK (used > 0)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE agent_consequential_hour');
  }
}
