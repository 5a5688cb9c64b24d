import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Second factors, one-time tokens, the mail outbox, revoked client tokens, and the hash chain of the audit trail. */
export class CompleteAuth1764100100000 implements MigrationInterface {
  readonly name = 'CompleteAuth1764100100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE user_account
        ADD COLUMN totp_secret text,
        ADD COLUMN totp_confirmed_at timestamptz,
        ADD COLUMN totp_last_step bigint NOT NULL DEFAULT 0`);
    await runner.query('ALTER TABLE auth_session ADD COLUMN is_remembered boolean NOT NULL DEFAULT false');
    await runner.query('ALTER TABLE api_key ADD COLUMN secret_changed_at timestamptz');
    await runner.query(`
      CREATE TABLE recovery_code (
        user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
        digest bytea NOT NULL,
        used_at timestamptz,
        PRIMARY KEY (user_id, digest)
      )`);
    await runner.query(`
      CREATE TABLE one_time_token (
        digest bytea PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
        purpose text NOT NULL CHECK (purpose IN ('password_reset', 'invitation')),
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
      )`);
    await runner.query('CREATE INDEX one_time_token_user ON one_time_token (user_id)');
    await runner.query('CREATE INDEX one_time_token_expiry ON one_time_token (expires_at)');
    await runner.query(`
      CREATE TABLE revoked_token (
        jti uuid PRIMARY KEY,
        expires_at timestamptz NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE mail_outbox (
        id uuid PRIMARY KEY,
        message text,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL,
        sent_at timestamptz,
        failed_at timestamptz,
        last_error text
      )`);
    await runner.query(
      'CREATE INDEX mail_outbox_due ON mail_outbox (next_attempt_at) WHERE sent_at IS NULL AND failed_at IS NULL',
    );
    await this.chainAuditEvents(runner);
  }

  /**
   * Every event gets the next number and a SHA-256 over the hash before it and its own fields, by trigger: whoever writes,
   * through whichever replica, the chain has no gap. Events of before are chained in their order.
   */
  private async chainAuditEvents(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_head (
        id boolean PRIMARY KEY DEFAULT true CHECK (id),
        sequence bigint NOT NULL,
        hash bytea NOT NULL
      )`);
    await runner.query(`INSERT INTO audit_head (sequence, hash) VALUES (0, decode(repeat('00', 32), 'hex'))`);
    await runner.query('CREATE TEMP TABLE audit_event_before ON COMMIT DROP AS TABLE audit_event');
    await runner.query('TRUNCATE audit_event');
    await runner.query('ALTER TABLE audit_event ADD COLUMN sequence bigint NOT NULL, ADD COLUMN hash bytea NOT NULL');
    await runner.query('CREATE UNIQUE INDEX audit_event_sequence ON audit_event (sequence)');
    await runner.query('CREATE INDEX audit_event_actor ON audit_event (actor_id, sequence)');
    await runner.query('CREATE INDEX audit_event_subject ON audit_event (subject_id, sequence)');
    // Each field as "<bytes>:<text>", a missing one as "-": no two events have the same text.
    await runner.query(`
      CREATE FUNCTION audit_event_canonical(e audit_event) RETURNS text LANGUAGE sql STABLE AS $$
        SELECT string_agg(CASE WHEN field IS NULL THEN '-' ELSE octet_length(field) || ':' || field END, '' ORDER BY place)
        FROM unnest(ARRAY[
          e.sequence::text, e.id::text, ((extract(epoch FROM e.occurred_at) * 1000000)::bigint)::text, e.action, e.outcome,
          e.actor_id::text, e.subject_id::text, e.ip, e.user_agent, e.correlation_id, e.details::text
        ]) WITH ORDINALITY AS fields (field, place)
      $$`);
    await runner.query(`
      CREATE FUNCTION audit_event_chain() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE previous audit_head;
      BEGIN
        UPDATE audit_head SET sequence = sequence + 1 RETURNING * INTO previous;
        NEW.sequence := previous.sequence;
        NEW.hash := sha256(previous.hash || convert_to(audit_event_canonical(NEW), 'UTF8'));
        UPDATE audit_head SET hash = NEW.hash;
        RETURN NEW;
      END $$`);
    await runner.query(`
      CREATE TRIGGER audit_event_chain BEFORE INSERT ON audit_event
      FOR EACH ROW EXECUTE FUNCTION audit_event_chain()`);
    await runner.query(`
      CREATE FUNCTION audit_event_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'audit events are never changed' USING ERRCODE = 'integrity_constraint_violation'; END $$`);
    await runner.query(`
      CREATE TRIGGER audit_event_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
      FOR EACH STATEMENT EXECUTE FUNCTION audit_event_immutable()`);
    await runner.query(`
      INSERT INTO audit_event
        (id, occurred_at, action, outcome, actor_id, subject_id, ip, user_agent, correlation_id, details)
      SELECT id, occurred_at, action, outcome, actor_id, subject_id, ip, user_agent, correlation_id, details
      FROM audit_event_before ORDER BY occurred_at, id`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER audit_event_immutable ON audit_event');
    await runner.query('DROP TRIGGER audit_event_chain ON audit_event');
    await runner.query(
      'DROP FUNCTION audit_event_immutable(), audit_event_chain(), audit_event_canonical(audit_event)',
    );
    await runner.query('ALTER TABLE audit_event DROP COLUMN sequence, DROP COLUMN hash');
    await runner.query('DROP TABLE audit_head, mail_outbox, revoked_token, one_time_token, recovery_code');
    await runner.query('ALTER TABLE api_key DROP COLUMN secret_changed_at');
    await runner.query('ALTER TABLE auth_session DROP COLUMN is_remembered');
    await runner.query(`
      ALTER TABLE user_account
        DROP COLUMN totp_secret, DROP COLUMN totp_confirmed_at, DROP COLUMN totp_last_step`);
  }
}
