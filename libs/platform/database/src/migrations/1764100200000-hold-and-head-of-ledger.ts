import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The ledger's head, pending transactions, sums by day, and indexes for the filters of lists. */
export class HoldAndHeadOfLedger1764100200000 implements MigrationInterface {
  readonly name = 'HoldAndHeadOfLedger1764100200000';

  async up(runner: QueryRunner): Promise<void> {
    // Whoever writes to the ledger locks this row first: batches of all replicas come one after the other, and their times do too.
    await runner.query(`
      CREATE TABLE finance_head (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        recorded_at timestamptz NOT NULL,
        open_since timestamptz NOT NULL DEFAULT to_timestamp(0)
      ) WITH (fillfactor = 10)`);
    await runner.query(`
      INSERT INTO finance_head (recorded_at)
      SELECT date_trunc('milliseconds', coalesce(max(recorded_at), to_timestamp(0))) FROM finance_transaction`);

    await runner.query('ALTER TABLE finance_transaction ADD COLUMN expires_at timestamptz');
    await runner.query('ALTER TABLE finance_transaction DROP CONSTRAINT finance_transaction_state_check');
    await runner.query(`
      ALTER TABLE finance_transaction ADD CONSTRAINT finance_transaction_state_check
        CHECK (state IN ('posted', 'pending', 'captured', 'voided', 'expired'))`);
    await runner.query(`
      CREATE INDEX finance_transaction_type ON finance_transaction (type, recorded_at DESC, id DESC)`);
    await runner.query(`
      CREATE INDEX finance_transaction_channel ON finance_transaction (channel, recorded_at DESC, id DESC)
      WHERE channel IS NOT NULL`);
    await runner.query(`
      CREATE INDEX finance_transaction_unposted ON finance_transaction (state, recorded_at DESC, id DESC)
      WHERE state <> 'posted'`);
    await runner.query(`
      CREATE INDEX finance_transaction_expiry ON finance_transaction (expires_at)
      WHERE state = 'pending' AND expires_at IS NOT NULL`);
    // Small whatever is stored; months that are asked for lie together.
    await runner.query('CREATE INDEX finance_transaction_effective ON finance_transaction USING brin (effective_at)');

    await runner.query(`
      CREATE TABLE finance_hold (
        account_id bigint NOT NULL,
        version bigint NOT NULL,
        transaction_id uuid NOT NULL,
        amount bigint NOT NULL CHECK (amount <> 0),
        PRIMARY KEY (account_id, version, transaction_id)
      )`);
    await runner.query(`
      CREATE TABLE finance_settlement (
        pending_id uuid PRIMARY KEY,
        outcome text NOT NULL CHECK (outcome IN ('captured', 'voided', 'expired')),
        capture_id uuid,
        recorded_at timestamptz NOT NULL,
        CHECK ((outcome = 'captured') = (capture_id IS NOT NULL))
      )`);
    for (const table of ['finance_hold', 'finance_settlement']) {
      await runner.query(`
        CREATE TRIGGER ${table}_immutable BEFORE UPDATE OR DELETE ON ${table}
        FOR EACH ROW EXECUTE FUNCTION finance_refuse_change()`);
      await runner.query(`
        CREATE TRIGGER ${table}_not_truncated BEFORE TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse_change()`);
    }

    // Reports and balances of the past read these sums, not the entries. The channel is kept for income only.
    await runner.query(`
      CREATE TABLE finance_daily (
        account_id bigint NOT NULL,
        day date NOT NULL,
        channel text NOT NULL,
        debits numeric(38) NOT NULL,
        credits numeric(38) NOT NULL,
        PRIMARY KEY (account_id, day, channel)
      ) WITH (fillfactor = 70)`);
    await runner.query(`
      INSERT INTO finance_daily (account_id, day, channel, debits, credits)
      SELECT e.account_id, (e.effective_at AT TIME ZONE 'UTC')::date,
        CASE WHEN a.type IN ('revenue', 'expense') THEN coalesce(t.channel, '') ELSE '' END,
        coalesce(sum(e.amount) FILTER (WHERE e.amount > 0), 0), coalesce(-sum(e.amount) FILTER (WHERE e.amount < 0), 0)
      FROM finance_entry e JOIN finance_account a ON a.id = e.account_id JOIN finance_transaction t ON t.id = e.transaction_id
      GROUP BY 1, 2, 3`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE finance_daily, finance_settlement, finance_hold, finance_head');
    await runner.query(
      `DROP INDEX finance_transaction_type, finance_transaction_channel, finance_transaction_unposted,
         finance_transaction_expiry, finance_transaction_effective`,
    );
    await runner.query('ALTER TABLE finance_transaction DROP CONSTRAINT finance_transaction_state_check');
    await runner.query(`
      ALTER TABLE finance_transaction ADD CONSTRAINT finance_transaction_state_check
        CHECK (state IN ('posted', 'pending', 'voided', 'expired')) NOT VALID`);
    await runner.query('ALTER TABLE finance_transaction DROP COLUMN expires_at');
  }
}
