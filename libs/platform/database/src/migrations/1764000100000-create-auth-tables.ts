import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users, their sessions, API keys, guess counters and the audit trail. */
export class CreateAuthTables1764000100000 implements MigrationInterface {
  readonly name = 'CreateAuthTables1764000100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE user_account (
        id uuid PRIMARY KEY,
        email text NOT NULL,
        username text NOT NULL,
        full_name text,
        role text NOT NULL CHECK (role IN ('READ_ONLY', 'API_USER', 'DEVELOPER', 'ADMIN', 'SUPER_ADMIN')),
        password_hash text,
        is_active boolean NOT NULL DEFAULT true,
        password_changed_at timestamptz,
        last_login_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE UNIQUE INDEX user_account_email_key ON user_account (lower(email))');
    await runner.query('CREATE UNIQUE INDEX user_account_username_key ON user_account (lower(username))');
    await runner.query(`
      CREATE TABLE auth_session (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
        refresh_key text NOT NULL,
        refresh_counter bigint NOT NULL DEFAULT 0,
        rotated_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        revoke_reason text,
        ip text,
        user_agent text
      )`);
    await runner.query('CREATE INDEX auth_session_user ON auth_session (user_id) WHERE revoked_at IS NULL');
    await runner.query('CREATE INDEX auth_session_expiry ON auth_session (expires_at)');
    await runner.query(`
      CREATE TABLE auth_attempt (
        subject text NOT NULL,
        lane text NOT NULL,
        failures integer NOT NULL DEFAULT 0,
        pending integer NOT NULL DEFAULT 0,
        reserved_at timestamptz NOT NULL,
        locked_until timestamptz,
        PRIMARY KEY (subject, lane)
      )`);
    await runner.query(`
      CREATE TABLE api_key (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
        name text NOT NULL,
        secret_digest bytea NOT NULL,
        role text NOT NULL CHECK (role IN ('READ_ONLY', 'API_USER', 'DEVELOPER', 'ADMIN', 'SUPER_ADMIN')),
        ip_allowlist text[] NOT NULL DEFAULT '{}',
        agents text[] NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz
      )`);
    await runner.query('CREATE INDEX api_key_user ON api_key (user_id)');
    await runner.query(`
      CREATE TABLE audit_event (
        id uuid PRIMARY KEY,
        occurred_at timestamptz NOT NULL,
        action text NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('success', 'failure')),
        actor_id uuid,
        subject_id uuid,
        ip text,
        user_agent text,
        correlation_id text,
        details jsonb NOT NULL DEFAULT '{}'
      )`);
    await runner.query('CREATE INDEX audit_event_time ON audit_event (occurred_at DESC, id DESC)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_event, api_key, auth_attempt, auth_session, user_account');
  }
}
