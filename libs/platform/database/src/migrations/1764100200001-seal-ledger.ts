import type { MigrationInterface, QueryRunner } from 'typeorm';

const SEALED = ['finance_account', 'finance_transaction', 'finance_settlement', 'finance_request', 'finance_period'];

/** The chain of signed blocks, one for each commit, and closed months. */
export class SealLedger1764100200001 implements MigrationInterface {
  readonly name = 'SealLedger1764100200001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE finance_signing_key (
        id text PRIMARY KEY,
        public_key text NOT NULL,
        private_key text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE finance_block (
        number bigint PRIMARY KEY,
        previous_hash bytea NOT NULL,
        merkle_root bytea NOT NULL,
        count integer NOT NULL,
        committed_at timestamptz NOT NULL,
        hash bytea NOT NULL,
        key_id text NOT NULL,
        signature bytea NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE finance_period (
        month text PRIMARY KEY CHECK (month ~ '^\\d{4}-\\d{2}$'),
        manifest json NOT NULL,
        closed_at timestamptz NOT NULL
      )`);
    await runner.query(`
      ALTER TABLE finance_head
        ADD COLUMN block_number bigint NOT NULL DEFAULT 0,
        ADD COLUMN block_hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')`);
    for (const table of SEALED) {
      await runner.query(`ALTER TABLE ${table} ADD COLUMN block_number bigint`);
      // Blocks lie in the order in which they were written: a summary of page ranges finds them and costs nothing to keep.
      await runner.query(
        `CREATE INDEX ${table}_block ON ${table} USING brin (block_number) WITH (pages_per_range = 16, autosummarize = on)`,
      );
    }
    for (const table of ['finance_block', 'finance_period', 'finance_account']) {
      await runner.query(`
        CREATE TRIGGER ${table}_immutable BEFORE UPDATE OR DELETE ON ${table}
        FOR EACH ROW EXECUTE FUNCTION finance_refuse_change()`);
      await runner.query(`
        CREATE TRIGGER ${table}_not_truncated BEFORE TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse_change()`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER finance_account_immutable ON finance_account');
    await runner.query('DROP TRIGGER finance_account_not_truncated ON finance_account');
    for (const table of SEALED) await runner.query(`ALTER TABLE ${table} DROP COLUMN block_number`);
    await runner.query('ALTER TABLE finance_head DROP COLUMN block_number, DROP COLUMN block_hash');
    await runner.query('DROP TABLE finance_period, finance_block, finance_signing_key');
  }
}
