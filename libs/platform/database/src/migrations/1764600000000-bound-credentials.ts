import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keys know the key that made them, sessions when their person last proved himself, accounts whether their address was verified, and
 * audit events the credential they were caused by.
 */
export class BoundCredentials1764600000000 implements MigrationInterface {
  readonly name = 'BoundCredentials1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE api_key ADD COLUMN parent_id uuid REFERENCES api_key (id) ON DELETE CASCADE');
    await runner.query('CREATE INDEX api_key_parent ON api_key (parent_id) WHERE parent_id IS NOT NULL');
    await runner.query('ALTER TABLE auth_session ADD COLUMN proven_at timestamptz');
    await runner.query('UPDATE auth_session SET proven_at = created_at');
    await runner.query('ALTER TABLE auth_session ALTER COLUMN proven_at SET NOT NULL');
    await runner.query('ALTER TABLE user_account ADD COLUMN email_verified_at timestamptz');
    // Whoever used a link that was mailed to him has shown that the address is his.
    await runner.query(`
      UPDATE user_account u SET email_verified_at = used.at
      FROM (SELECT user_id, min(used_at) AS at FROM one_time_token WHERE used_at IS NOT NULL GROUP BY user_id) used
      WHERE used.user_id = u.id`);
    await runner.query('ALTER TABLE one_time_token DROP CONSTRAINT one_time_token_purpose_check');
    await runner.query(`
      ALTER TABLE one_time_token ADD CONSTRAINT one_time_token_purpose_check
      CHECK (purpose IN ('password_reset', 'invitation', 'email_verification'))`);
    await runner.query('ALTER TABLE audit_event ADD COLUMN credential_id uuid');
    await runner.query('CREATE INDEX audit_event_credential ON audit_event (credential_id, sequence)');
    // A missing credential is left out, so that the hashes of events from before stay right.
    await runner.query(`
      CREATE OR REPLACE FUNCTION audit_event_canonical(e audit_event) RETURNS text LANGUAGE sql STABLE AS $$
        SELECT string_agg(CASE WHEN field IS NULL THEN '-' ELSE octet_length(field) || ':' || field END, '' ORDER BY place)
        FROM unnest(ARRAY[
          e.sequence::text, e.id::text, ((extract(epoch FROM e.occurred_at) * 1000000)::bigint)::text, e.action, e.outcome,
          e.actor_id::text, e.subject_id::text, e.ip, e.user_agent, e.correlation_id, e.details::text
        ] || CASE WHEN e.credential_id IS NULL THEN ARRAY[]::text[] ELSE ARRAY[e.credential_id::text] END)
          WITH ORDINALITY AS fields (field, place)
      $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE FUNCTION audit_event_canonical(e audit_event) RETURNS text LANGUAGE sql STABLE AS $$
        SELECT string_agg(CASE WHEN field IS NULL THEN '-' ELSE octet_length(field) || ':' || field END, '' ORDER BY place)
        FROM unnest(ARRAY[
          e.sequence::text, e.id::text, ((extract(epoch FROM e.occurred_at) * 1000000)::bigint)::text, e.action, e.outcome,
          e.actor_id::text, e.subject_id::text, e.ip, e.user_agent, e.correlation_id, e.details::text
        ]) WITH ORDINALITY AS fields (field, place)
      $$`);
    await runner.query('ALTER TABLE audit_event DROP COLUMN credential_id');
    await runner.query(`DELETE FROM one_time_token WHERE purpose = 'email_verification'`);
    await runner.query('ALTER TABLE one_time_token DROP CONSTRAINT one_time_token_purpose_check');
    await runner.query(`
      ALTER TABLE one_time_token ADD CONSTRAINT one_time_token_purpose_check
      CHECK (purpose IN ('password_reset', 'invitation'))`);
    await runner.query('ALTER TABLE user_account DROP COLUMN email_verified_at');
    await runner.query('ALTER TABLE auth_session DROP COLUMN proven_at');
    await runner.query('ALTER TABLE api_key DROP COLUMN parent_id');
  }
}
