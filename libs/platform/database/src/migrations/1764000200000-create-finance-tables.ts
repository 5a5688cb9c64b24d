import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The ledger: accounts, transactions, their entries, and the requests that made them. Posted rows cannot be changed. */
export class CreateFinanceTables1764000200000 implements MigrationInterface {
  readonly name = 'CreateFinanceTables1764000200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE finance_account (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        code text NOT NULL UNIQUE,
        name text NOT NULL,
        type text NOT NULL CHECK (type IN ('asset', 'liability', 'equity', 'revenue', 'expense')),
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        min_balance bigint,
        max_balance bigint,
        metadata jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL,
        CHECK (min_balance IS NULL OR max_balance IS NULL OR min_balance <= max_balance)
      )`);
    // Balances change with every posting: a narrow table of their own with room on its pages, so that updates touch no index.
    await runner.query(`
      CREATE TABLE finance_balance (
        account_id bigint PRIMARY KEY REFERENCES finance_account (id),
        net bigint NOT NULL DEFAULT 0,
        held_debits bigint NOT NULL DEFAULT 0,
        held_credits bigint NOT NULL DEFAULT 0,
        version bigint NOT NULL DEFAULT 0
      ) WITH (fillfactor = 50)`);
    await runner.query(`
      CREATE TABLE finance_transaction (
        id uuid PRIMARY KEY,
        type text NOT NULL CHECK (type IN
          ('sale', 'refund', 'purchase', 'adjustment', 'transfer', 'expense', 'revenue', 'journal', 'reversal')),
        state text NOT NULL CHECK (state IN ('posted', 'pending', 'voided', 'expired')),
        amount bigint NOT NULL CHECK (amount > 0),
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        channel text,
        order_id text,
        customer_id text,
        original_transaction_id uuid,
        description text,
        postings jsonb NOT NULL,
        details jsonb NOT NULL DEFAULT '{}',
        effective_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX finance_transaction_recorded ON finance_transaction (recorded_at DESC, id DESC)');
    await runner.query(
      'CREATE INDEX finance_transaction_original ON finance_transaction (original_transaction_id) WHERE original_transaction_id IS NOT NULL',
    );
    await runner.query(
      'CREATE INDEX finance_transaction_order ON finance_transaction (order_id, id) WHERE order_id IS NOT NULL',
    );
    await runner.query(
      'CREATE INDEX finance_transaction_customer ON finance_transaction (customer_id, id) WHERE customer_id IS NOT NULL',
    );
    await runner.query(`
      CREATE TABLE finance_entry (
        account_id bigint NOT NULL,
        version bigint NOT NULL,
        transaction_id uuid NOT NULL,
        amount bigint NOT NULL CHECK (amount <> 0),
        net_after bigint NOT NULL,
        effective_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, version)
      )`);
    await runner.query('CREATE INDEX finance_entry_effective ON finance_entry (account_id, effective_at)');
    // The answer is kept as it was written (json, not jsonb): a repeated request gets it to the letter.
    await runner.query(`
      CREATE TABLE finance_request (
        principal_id uuid NOT NULL,
        key text NOT NULL,
        fingerprint jsonb NOT NULL,
        answer json,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (principal_id, key)
      )`);
    await runner.query(`
      CREATE FUNCTION finance_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'Posted entries of the ledger are never changed (%, %)', TG_TABLE_NAME, TG_OP USING ERRCODE = '55000';
      END $$`);
    // Once a statement, over all it adds: the ledger's first rule holds even for a posting that did not come from this service.
    await runner.query(`
      CREATE FUNCTION finance_check_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (
          SELECT 1 FROM added t, jsonb_to_recordset(t.postings) AS leg (direction text, amount numeric, currency text)
          GROUP BY t.id, leg.currency
          HAVING sum(CASE leg.direction WHEN 'debit' THEN leg.amount ELSE -leg.amount END) <> 0
        ) THEN
          RAISE EXCEPTION 'A transaction does not balance' USING ERRCODE = '23514';
        END IF;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER finance_transaction_balanced AFTER INSERT ON finance_transaction
      REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION finance_check_balanced()`);
    await runner.query(`
      CREATE TRIGGER finance_entry_immutable BEFORE UPDATE OR DELETE ON finance_entry
      FOR EACH ROW EXECUTE FUNCTION finance_refuse_change()`);
    await runner.query(`
      CREATE TRIGGER finance_entry_not_truncated BEFORE TRUNCATE ON finance_entry
      FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse_change()`);
    // A pending transaction may be settled, once; nothing else about any transaction changes.
    await runner.query(`
      CREATE TRIGGER finance_transaction_immutable BEFORE UPDATE ON finance_transaction
      FOR EACH ROW WHEN (OLD.state <> 'pending' OR
        (to_jsonb(OLD) - 'state') IS DISTINCT FROM (to_jsonb(NEW) - 'state'))
      EXECUTE FUNCTION finance_refuse_change()`);
    await runner.query(`
      CREATE TRIGGER finance_transaction_not_truncated BEFORE TRUNCATE ON finance_transaction
      FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse_change()`);
    await runner.query(`
      CREATE TRIGGER finance_request_kept BEFORE DELETE ON finance_request
      FOR EACH ROW EXECUTE FUNCTION finance_refuse_change()`);
    await runner.query(`
      CREATE TRIGGER finance_request_answered_once BEFORE UPDATE ON finance_request
      FOR EACH ROW WHEN (OLD.answer IS NOT NULL) EXECUTE FUNCTION finance_refuse_change()`);
    await runner.query(`
      CREATE TRIGGER finance_request_not_truncated BEFORE TRUNCATE ON finance_request
      FOR EACH STATEMENT EXECUTE FUNCTION finance_refuse_change()`);
    await runner.query(`
      CREATE TRIGGER finance_transaction_kept BEFORE DELETE ON finance_transaction
      FOR EACH ROW EXECUTE FUNCTION finance_refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE finance_request, finance_entry, finance_transaction, finance_balance, finance_account',
    );
    await runner.query('DROP FUNCTION finance_refuse_change(), finance_check_balanced()');
  }
}
