import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the streams of the dashboard tell: changes as their transactions noted them, and the bulletins that whoever reads makes of them. Triggers
 * note them, so that replicas of earlier releases do so too. There is one for each statement, not for each row: completions come by the hundred.
 */
export class TellWhatChanges1766300000000 implements MigrationInterface {
  readonly name = 'TellWhatChanges1766300000000';

  async up(runner: QueryRunner): Promise<void> {
    // Rows come and go all day long: what is dead is cleared away by its number, not by its share.
    await runner.query(`
      CREATE TABLE dashboard_change (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL,
        subject_id uuid NOT NULL,
        event_seq integer,
        event_type text,
        noted_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT dashboard_change_kind_check CHECK (kind IN ('task', 'error'))
      ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)`);
    await runner.query(`
      CREATE TABLE dashboard_bulletin (
        number bigint PRIMARY KEY,
        made_at timestamptz NOT NULL DEFAULT now(),
        audit_after bigint NOT NULL,
        audit_to bigint NOT NULL,
        blocks_after bigint NOT NULL,
        blocks_to bigint NOT NULL,
        changes jsonb NOT NULL,
        noted_at timestamptz
      )`);
    // Types with a point are notes of workers: they change no state.
    await runner.query(`
      CREATE FUNCTION dashboard_note_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO dashboard_change (kind, subject_id, event_seq, event_type)
        SELECT 'task', task_id, seq, type FROM added WHERE strpos(type, '.') = 0;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER agent_task_event_told AFTER INSERT ON agent_task_event REFERENCING NEW TABLE AS added
      FOR EACH STATEMENT EXECUTE FUNCTION dashboard_note_tasks()`);
    // A group begins with a count of 0, which no list shows.
    await runner.query(`
      CREATE FUNCTION dashboard_note_groups() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO dashboard_change (kind, subject_id)
        SELECT 'error', n.id FROM changed n JOIN former o ON o.id = n.id
        WHERE (n.status, n.count, n.merged_into) IS DISTINCT FROM (o.status, o.count, o.merged_into);
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER error_group_told AFTER UPDATE ON error_group REFERENCING OLD TABLE AS former NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION dashboard_note_groups()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER error_group_told ON error_group');
    await runner.query('DROP FUNCTION dashboard_note_groups()');
    await runner.query('DROP TRIGGER agent_task_event_told ON agent_task_event');
    await runner.query('DROP FUNCTION dashboard_note_tasks()');
    await runner.query('DROP TABLE dashboard_bulletin, dashboard_change');
  }
}
