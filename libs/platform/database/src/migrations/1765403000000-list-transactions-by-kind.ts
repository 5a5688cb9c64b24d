import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The form of this release, written out (`domain/transaction-kind.ts`): a migration does the same whatever the rules become. */
const KIND = `
  array_position(ARRAY['sale','refund','purchase','adjustment','transfer','expense','revenue','journal','reversal'], type)
  + 16 * coalesce(array_position(ARRAY['online_store','physical_store','marketplace','social_commerce','wholesale','b2b'], channel), 0)
  + 256 * ((ascii(currency) - 64) * 1024 + (ascii(substr(currency, 2)) - 64) * 32 + ascii(substr(currency, 3)) - 64)`;

const FILLED = ['finance_transaction', 'finance_entry', 'finance_hold'];

/** Indexes of one filter each, which the ones by kind take the place of. */
const FORMER = [
  'finance_transaction_type ON finance_transaction (type, recorded_at DESC, id DESC)',
  'finance_transaction_channel ON finance_transaction (channel, recorded_at DESC, id DESC) WHERE channel IS NOT NULL',
  'finance_transaction_currency ON finance_transaction (currency, recorded_at DESC, id DESC)',
  `finance_transaction_unposted ON finance_transaction (state, recorded_at DESC, id DESC) WHERE state <> 'posted'`,
  'finance_transaction_effective ON finance_transaction (effective_at DESC, id DESC)',
  'finance_transaction_customer ON finance_transaction (customer_id, recorded_at DESC, id DESC) WHERE customer_id IS NOT NULL',
  'finance_entry_effective ON finance_entry (account_id, effective_at)',
];

const ADDED = [
  'finance_transaction_kind_recorded ON finance_transaction (kind, state, recorded_at, id)',
  'finance_transaction_kind_effective ON finance_transaction (kind, state, effective_at, id)',
  `finance_transaction_customer_kind ON finance_transaction (customer_id, kind, state, recorded_at, id)
   WHERE customer_id IS NOT NULL`,
  'finance_entry_kind ON finance_entry (account_id, kind, version)',
  'finance_entry_effective_version ON finance_entry (account_id, effective_at, version)',
  'finance_hold_kind ON finance_hold (account_id, state, kind, version, transaction_id)',
  'finance_hold_effective ON finance_hold (account_id, effective_at, version, transaction_id)',
  'finance_hold_transaction ON finance_hold (transaction_id)',
  'finance_import_key ON finance_import (key, id)',
];

/** Lists by several filters at once: a page costs the same whatever is stored, and a sale writes fewer indexes than before (docs/adr/0018). */
export class ListTransactionsByKind1765403000000 implements MigrationInterface {
  readonly name = 'ListTransactionsByKind1765403000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of FILLED)
      await runner.query(`ALTER TABLE ${table} ADD COLUMN kind integer NOT NULL DEFAULT 0, DISABLE TRIGGER USER`);
    // Holds follow their transaction, whichever version of the service ends it; nothing else of them changes.
    await runner.query(`
      ALTER TABLE finance_hold ADD COLUMN state text NOT NULL DEFAULT 'pending', ADD COLUMN effective_at timestamptz`);
    // Before the rows are changed, which would write to them too.
    for (const index of FORMER) await runner.query(`DROP INDEX ${nameOf(index)}`);
    await runner.query(`UPDATE finance_transaction SET kind = ${KIND}`);
    await runner.query(
      'UPDATE finance_entry e SET kind = t.kind FROM finance_transaction t WHERE t.id = e.transaction_id',
    );
    await runner.query(`
      UPDATE finance_hold h SET kind = t.kind, state = t.state, effective_at = t.effective_at
      FROM finance_transaction t WHERE t.id = h.transaction_id`);
    for (const table of FILLED) await runner.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    await runner.query('DROP TRIGGER finance_hold_immutable ON finance_hold');
    await runner.query(`
      CREATE TRIGGER finance_hold_kept BEFORE DELETE ON finance_hold FOR EACH ROW EXECUTE FUNCTION finance_refuse_change()`);
    await runner.query(`
      CREATE TRIGGER finance_hold_immutable BEFORE UPDATE ON finance_hold
      FOR EACH ROW WHEN (OLD.state <> 'pending' OR (to_jsonb(OLD) - 'state') IS DISTINCT FROM (to_jsonb(NEW) - 'state'))
      EXECUTE FUNCTION finance_refuse_change()`);
    for (const index of ADDED) await runner.query(`CREATE INDEX ${index}`);
    await runner.query(`
      CREATE FUNCTION finance_end_holds() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE finance_hold SET state = NEW.state WHERE transaction_id = NEW.id;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER finance_transaction_ends_holds AFTER UPDATE OF state ON finance_transaction
      FOR EACH ROW EXECUTE FUNCTION finance_end_holds()`);
    // Or the planner knows nothing of the new columns until autovacuum comes by. Not of an empty table: the planner would read all of it
    // for every question, as of something that stays empty, until autovacuum has looked again.
    for (const table of FILLED)
      await runner.query(`DO $$ BEGIN IF EXISTS (SELECT 1 FROM ${table}) THEN ANALYZE ${table}; END IF; END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER finance_transaction_ends_holds ON finance_transaction');
    await runner.query('DROP FUNCTION finance_end_holds()');
    for (const index of ADDED) await runner.query(`DROP INDEX ${nameOf(index)}`);
    for (const index of FORMER) await runner.query(`CREATE INDEX ${index}`);
    await runner.query('DROP TRIGGER finance_hold_kept ON finance_hold');
    await runner.query('DROP TRIGGER finance_hold_immutable ON finance_hold');
    await runner.query(`
      CREATE TRIGGER finance_hold_immutable BEFORE UPDATE OR DELETE ON finance_hold
      FOR EACH ROW EXECUTE FUNCTION finance_refuse_change()`);
    await runner.query('ALTER TABLE finance_hold DROP COLUMN state, DROP COLUMN effective_at');
    for (const table of FILLED) await runner.query(`ALTER TABLE ${table} DROP COLUMN kind`);
  }
}

function nameOf(index: string): string {
  return index.slice(0, index.indexOf(' '));
}
