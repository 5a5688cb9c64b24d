import type { MigrationInterface, QueryRunner } from 'typeorm';

const SEVERITIES = `'critical', 'high', 'medium', 'low', 'info'`;
const CATEGORIES = `'authentication', 'authorization', 'database', 'network', 'validation', 'business_logic', 'configuration',
  'external_api', 'file_system', 'agent', 'ml_model', 'security', 'performance', 'unknown'`;

/** The error ledger: groups that people triage, the occurrences behind them, and how far each write-ahead file was read. */
export class CreateErrorTables1764000300000 implements MigrationInterface {
  readonly name = 'CreateErrorTables1764000300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE error_run (
        id text PRIMARY KEY,
        started_at timestamptz NOT NULL,
        completed_at timestamptz,
        recovered_at timestamptz,
        service text NOT NULL,
        release text NOT NULL,
        environment text NOT NULL,
        platform text NOT NULL,
        node_version text NOT NULL,
        host text NOT NULL,
        received bigint NOT NULL DEFAULT 0,
        stored bigint NOT NULL DEFAULT 0,
        duplicate bigint NOT NULL DEFAULT 0,
        quarantined bigint NOT NULL DEFAULT 0,
        refused bigint NOT NULL DEFAULT 0
      )`);
    await runner.query(`
      CREATE TABLE error_checkpoint (
        file text PRIMARY KEY,
        run_id text NOT NULL,
        byte_offset bigint NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE error_group (
        id uuid PRIMARY KEY,
        service text NOT NULL,
        grouping_key text NOT NULL,
        merged_into uuid REFERENCES error_group (id),
        title text NOT NULL,
        culprit text NOT NULL,
        severity text NOT NULL CHECK (severity IN (${SEVERITIES})),
        category text NOT NULL CHECK (category IN (${CATEGORIES})),
        status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved', 'ignored', 'regressed')),
        count bigint NOT NULL DEFAULT 0,
        own_count bigint NOT NULL DEFAULT 0,
        first_seen timestamptz NOT NULL,
        last_seen timestamptz NOT NULL,
        own_first_seen timestamptz NOT NULL,
        own_last_seen timestamptz NOT NULL,
        release text,
        why jsonb NOT NULL,
        assignee text,
        notes text,
        resolved_at timestamptz,
        resolved_in_release text,
        regressed_at timestamptz,
        ignore_until timestamptz,
        ignore_count bigint,
        ignored_at_count bigint,
        UNIQUE (service, grouping_key)
      )`);
    for (const column of ['last_seen', 'first_seen', 'count']) {
      await runner.query(
        `CREATE INDEX error_group_by_${column} ON error_group (${column} DESC, id DESC) WHERE merged_into IS NULL`,
      );
    }
    await runner.query(
      `CREATE INDEX error_group_by_merged_into ON error_group (merged_into) WHERE merged_into IS NOT NULL`,
    );
    await runner.query(`CREATE INDEX error_group_by_status ON error_group (status) WHERE merged_into IS NULL`);
    await runner.query(`
      CREATE TABLE error_group_presence (
        group_id uuid NOT NULL REFERENCES error_group (id) ON DELETE CASCADE,
        release text NOT NULL,
        environment text NOT NULL,
        count bigint NOT NULL,
        last_seen timestamptz NOT NULL,
        PRIMARY KEY (group_id, release, environment)
      )`);
    await runner.query(`
      CREATE TABLE error_group_hour (
        group_id uuid NOT NULL REFERENCES error_group (id) ON DELETE CASCADE,
        hour timestamptz NOT NULL,
        severity text NOT NULL,
        category text NOT NULL,
        count bigint NOT NULL,
        PRIMARY KEY (hour, group_id, severity, category)
      )`);
    await runner.query(`
      CREATE TABLE error_occurrence (
        id uuid PRIMARY KEY,
        group_id uuid NOT NULL REFERENCES error_group (id),
        run_id text NOT NULL,
        sequence bigint NOT NULL,
        occurred_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        severity text NOT NULL CHECK (severity IN (${SEVERITIES})),
        category text NOT NULL CHECK (category IN (${CATEGORIES})),
        error_type text NOT NULL,
        error_message text NOT NULL,
        service text NOT NULL,
        release text,
        environment text,
        correlation_id text,
        user_id text,
        endpoint text,
        method text,
        detail jsonb NOT NULL
      )`);
    await runner.query(
      `CREATE INDEX error_occurrence_by_group ON error_occurrence (group_id, occurred_at DESC, id DESC)`,
    );
    await runner.query(`CREATE INDEX error_occurrence_by_run ON error_occurrence (run_id, sequence)`);
    await runner.query(`CREATE INDEX error_occurrence_by_received_at ON error_occurrence (received_at)`);
    await runner.query(`
      CREATE TABLE error_quarantine (
        file text NOT NULL,
        byte_offset bigint NOT NULL,
        run_id text NOT NULL,
        reason text NOT NULL,
        line bytea NOT NULL,
        quarantined_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (file, byte_offset)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE error_quarantine, error_occurrence, error_group_hour, error_group_presence, error_group,
        error_checkpoint, error_run`,
    );
  }
}
