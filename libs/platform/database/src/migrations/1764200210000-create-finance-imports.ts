import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Imports of lines: how far each has come, and the lines that were refused. The postings themselves are those of any batch. */
export class CreateFinanceImports1764200210000 implements MigrationInterface {
  readonly name = 'CreateFinanceImports1764200210000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE finance_import (
        id uuid PRIMARY KEY,
        principal_id uuid NOT NULL,
        key text NOT NULL,
        lines bigint NOT NULL DEFAULT 0,
        posted bigint NOT NULL DEFAULT 0,
        rejected bigint NOT NULL DEFAULT 0,
        replayed bigint NOT NULL DEFAULT 0,
        digest bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        completed_at timestamptz,
        UNIQUE (principal_id, key)
      ) WITH (fillfactor = 50)`);
    await runner.query(`
      CREATE TABLE finance_import_rejection (
        import_id uuid NOT NULL REFERENCES finance_import (id),
        line bigint NOT NULL,
        refusal jsonb NOT NULL,
        PRIMARY KEY (import_id, line)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE finance_import_rejection, finance_import');
  }
}
