import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Projects with their DSN keys, what became of their events in each run, and what their senders said of themselves. */
export class CreateErrorProjects1764100300000 implements MigrationInterface {
  readonly name = 'CreateErrorProjects1764100300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE error_project (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL,
        rate_limit_per_minute integer CHECK (rate_limit_per_minute > 0),
        retention_days integer CHECK (retention_days > 0),
        created_at timestamptz NOT NULL,
        deleted_at timestamptz
      )`);
    await runner.query(`CREATE UNIQUE INDEX error_project_name ON error_project (name) WHERE deleted_at IS NULL`);
    await runner.query(`
      CREATE TABLE error_project_key (
        public_key text PRIMARY KEY,
        project_id integer NOT NULL REFERENCES error_project (id),
        created_at timestamptz NOT NULL
      )`);
    await runner.query(`CREATE INDEX error_project_key_by_project ON error_project_key (project_id)`);
    await runner.query(`
      CREATE TABLE error_run_project (
        run_id text NOT NULL,
        project_id integer NOT NULL,
        received bigint NOT NULL DEFAULT 0,
        stored bigint NOT NULL DEFAULT 0,
        duplicate bigint NOT NULL DEFAULT 0,
        quarantined bigint NOT NULL DEFAULT 0,
        refused bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (run_id, project_id)
      )`);
    await runner.query(`
      CREATE TABLE error_project_item (
        project_id integer NOT NULL,
        kind text NOT NULL CHECK (kind IN ('item', 'lost')),
        category text NOT NULL,
        reason text NOT NULL,
        quantity bigint NOT NULL,
        PRIMARY KEY (project_id, kind, category, reason)
      )`);
    await runner.query(`ALTER TABLE error_occurrence ADD COLUMN project_id integer`);
    await runner.query(
      `CREATE INDEX error_occurrence_by_project ON error_occurrence (project_id, received_at) WHERE project_id IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE error_occurrence DROP COLUMN project_id`);
    await runner.query(`DROP TABLE error_project_item, error_run_project, error_project_key, error_project`);
  }
}
