import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The zone of the books, what an account is now, and sales that a discount pays for as a whole. */
export class BooksOfATimeZone1764800000000 implements MigrationInterface {
  readonly name = 'BooksOfATimeZone1764800000000';

  async up(runner: QueryRunner): Promise<void> {
    // Sums of days are those of this zone: whoever writes them must mean the same one.
    await runner.query(`ALTER TABLE finance_head ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC'`);
    // Weaker than before: rows that are there hold it.
    await runner.query('ALTER TABLE finance_transaction DROP CONSTRAINT finance_transaction_amount_check');
    await runner.query(`
      ALTER TABLE finance_transaction ADD CONSTRAINT finance_transaction_amount_check
        CHECK (amount > 0 OR (amount = 0 AND type IN ('sale', 'reversal'))) NOT VALID`);
    // An account is never changed as it was made. What it is called now and whether it is closed stands with its balance, which every
    // posting reads anyway; each change is sealed.
    await runner.query(`
      ALTER TABLE finance_balance ADD COLUMN name text, ADD COLUMN is_closed boolean NOT NULL DEFAULT false`);
    await runner.query(`
      CREATE TABLE finance_account_change (
        account_id bigint NOT NULL REFERENCES finance_account (id),
        number integer NOT NULL,
        name text NOT NULL,
        is_closed boolean NOT NULL,
        principal_id uuid NOT NULL,
        recorded_at timestamptz NOT NULL,
        block_number bigint,
        PRIMARY KEY (account_id, number)
      )`);
    await runner.query(`
      CREATE INDEX finance_account_change_block ON finance_account_change
      USING brin (block_number) WITH (pages_per_range = 16, autosummarize = on)`);
    await runner.query(`
      CREATE TRIGGER finance_account_change_immutable BEFORE UPDATE OR DELETE ON finance_account_change
      FOR EACH ROW EXECUTE FUNCTION finance_refuse_change()`);
    await runner.query(`
      CREATE TRIGGER finance_account_change_not_truncated BEFORE TRUNCATE ON finance_account_change
      FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE finance_account_change');
    await runner.query('ALTER TABLE finance_balance DROP COLUMN name, DROP COLUMN is_closed');
    await runner.query('ALTER TABLE finance_transaction DROP CONSTRAINT finance_transaction_amount_check');
    await runner.query(`
      ALTER TABLE finance_transaction ADD CONSTRAINT finance_transaction_amount_check CHECK (amount > 0) NOT VALID`);
    await runner.query('ALTER TABLE finance_head DROP COLUMN time_zone');
  }
}
