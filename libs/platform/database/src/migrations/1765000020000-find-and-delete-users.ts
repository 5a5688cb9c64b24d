import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts read and written at a time. */
const CHUNK = 2_000;

/** The form of this release, written out: a migration does the same whatever the rules become. */
const fold = (text: string): string => text.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');

/**
 * Lists of users by text, role and state without reading all of them, and accounts that are deleted but for their id.
 *
 * The text begins with a blank and its parts are told apart by blanks, so that trigrams (`pg_trgm`, made by an earlier migration) also
 * find what a part begins with.
 */
export class FindAndDeleteUsers1765000020000 implements MigrationInterface {
  readonly name = 'FindAndDeleteUsers1765000020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE user_account ADD COLUMN full_name_key text, ADD COLUMN deleted_at timestamptz');
    const select = `SELECT id, full_name FROM user_account WHERE full_name IS NOT NULL ORDER BY id LIMIT $1 OFFSET $2`;
    for (let offset = 0; ; offset += CHUNK) {
      const accounts = (await runner.query(select, [CHUNK, offset])) as { id: string; full_name: string }[];
      if (accounts.length === 0) break;
      await runner.query(
        `UPDATE user_account u SET full_name_key = k.key FROM unnest($1::uuid[], $2::text[]) AS k (id, key) WHERE u.id = k.id`,
        [accounts.map(({ id }) => id), accounts.map(({ full_name: name }) => fold(name))],
      );
    }
    await runner.query(`
      ALTER TABLE user_account ADD COLUMN search_text text NOT NULL
        GENERATED ALWAYS AS (' ' || email_key || ' ' || username_key || ' ' || coalesce(full_name_key, '')) STORED`);
    // Whatever is under way when an account is deleted must not bring anything of it back.
    await runner.query(`
      ALTER TABLE user_account ADD CONSTRAINT user_account_deleted CHECK (deleted_at IS NULL OR (
        NOT is_active AND password_hash IS NULL AND totp_secret IS NULL AND full_name IS NULL AND full_name_key IS NULL))`);
    // Names seldom change: better a change that takes longer than a search that also reads a list of what is to be put in order yet.
    await runner.query(
      'CREATE INDEX user_account_text ON user_account USING gin (search_text gin_trgm_ops) WITH (fastupdate = off)',
    );
    for (const [name, columns] of [
      ['newest', ''],
      ['by_role', 'role, '],
      ['by_state', 'is_active, '],
      ['by_role_and_state', 'role, is_active, '],
    ])
      await runner.query(
        `CREATE INDEX user_account_${name} ON user_account (${columns}created_at DESC, id DESC) WHERE deleted_at IS NULL`,
      );
    // Or the planner knows nothing of the texts until autovacuum comes by. Not of an empty table: the planner would read all of it
    // for every question, as of something that stays empty, until autovacuum has looked again.
    await runner.query('DO $$ BEGIN IF EXISTS (SELECT 1 FROM user_account) THEN ANALYZE user_account; END IF; END $$');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE user_account DROP COLUMN search_text');
    await runner.query('ALTER TABLE user_account DROP COLUMN full_name_key, DROP COLUMN deleted_at');
  }
}
