import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whoever depends on it is removed with a task, found by an index; a schedule outlives its last task. */
const REFERENCES = [
  ['agent_idempotency_key', 'task_id', 'agent_task', 'DEFERRABLE INITIALLY DEFERRED', 'ON DELETE CASCADE'],
  ['agent_idempotency_key', 'batch_id', 'agent_batch', 'DEFERRABLE INITIALLY DEFERRED', 'ON DELETE CASCADE'],
  ['agent_task_dependency', 'depends_on', 'agent_task', '', 'ON DELETE CASCADE'],
  ['agent_task_dependency', 'task_id', 'agent_task', '', 'ON DELETE CASCADE'],
  ['agent_schedule', 'last_task_id', 'agent_task', '', 'ON DELETE SET NULL'],
] as const;

/**
 * Tasks that ended long ago are removed, and nothing else is. A task goes with the whole chain of its events, and each removal is a link of
 * a chain of its own: without it a gap in the record could not be told from a deletion by hand. Triggers see to it, so that it does not
 * depend on who deletes; only what ended more than a day ago can go, and only where the transaction says that it removes ended tasks.
 */
export class RemoveEndedTasks1765401000000 implements MigrationInterface {
  readonly name = 'RemoveEndedTasks1765401000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, column, target, when, action] of REFERENCES) {
      const constraint = `${table}_${column}_fkey`;
      await runner.query(`
        ALTER TABLE ${table} DROP CONSTRAINT ${constraint},
          ADD CONSTRAINT ${constraint} FOREIGN KEY (${column}) REFERENCES ${target} (id) ${action} ${when}`);
    }
    await runner.query('CREATE INDEX agent_task_dependency_task_idx ON agent_task_dependency (task_id)');
    await runner.query('CREATE INDEX agent_schedule_last_task_idx ON agent_schedule (last_task_id)');
    for (const column of ['task_id', 'batch_id']) {
      await runner.query(
        `CREATE INDEX agent_idempotency_key_${column}_idx ON agent_idempotency_key (${column}) WHERE ${column} IS NOT NULL`,
      );
    }
    await runner.query('CREATE INDEX agent_batch_created_idx ON agent_batch (created_at, id)');
    // Also finds those that ended last, from the end of each state.
    await runner.query(
      'CREATE INDEX agent_task_ended_idx ON agent_task (state, finished_at, id) WHERE finished_at IS NOT NULL',
    );
    await runner.query('DROP INDEX agent_task_finished_idx');
    await this.createChain(runner);
    await this.allowRemoval(runner);
  }

  private async createChain(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agent_task_removal (
        sequence bigint PRIMARY KEY,
        removed_at timestamptz NOT NULL,
        tasks integer NOT NULL,
        events integer NOT NULL,
        digest bytea NOT NULL,
        hash bytea NOT NULL
      )`);
    await runner.query(`
      CREATE FUNCTION agent_task_removal_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'agent_task_removal is append-only';
      END $$`);
    await runner.query(`
      CREATE TRIGGER agent_task_removal_append_only BEFORE UPDATE OR DELETE ON agent_task_removal
      FOR EACH ROW EXECUTE FUNCTION agent_task_removal_is_final()`);
    await runner.query(`
      CREATE TRIGGER agent_task_removal_no_truncate BEFORE TRUNCATE ON agent_task_removal
      FOR EACH STATEMENT EXECUTE FUNCTION agent_task_removal_is_final()`);
  }

  private async allowRemoval(runner: QueryRunner): Promise<void> {
    // Events go where the removal of their task, a trigger itself, takes them along, and nowhere else.
    await runner.query('DROP TRIGGER agent_task_event_append_only ON agent_task_event');
    await runner.query(`
      CREATE TRIGGER agent_task_event_append_only BEFORE UPDATE ON agent_task_event
      FOR EACH ROW EXECUTE FUNCTION agent_task_event_is_final()`);
    await runner.query(`
      CREATE TRIGGER agent_task_event_no_delete BEFORE DELETE ON agent_task_event
      FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION agent_task_event_is_final()`);
    await runner.query(`
      CREATE FUNCTION agent_task_removed() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        gone record;
        last record;
        at timestamptz := clock_timestamp();
      BEGIN
        IF NOT EXISTS (SELECT FROM removed) THEN
          RETURN NULL;
        END IF;
        IF current_setting('devskyy.removes_ended_tasks', true) IS DISTINCT FROM 'on' OR EXISTS (
          SELECT FROM removed WHERE state NOT IN ('succeeded', 'failed', 'cancelled', 'dead')
            OR coalesce(finished_at > now() - interval '1 day', true)
        ) THEN
          RAISE EXCEPTION 'agent_task: only what ended is removed, by its retention';
        END IF;
        WITH events AS (
          DELETE FROM agent_task_event e USING removed r WHERE e.task_id = r.id RETURNING e.task_id, e.seq, e.hash
        )
        SELECT count(*) AS events, sha256(coalesce(string_agg(hash, ''::bytea ORDER BY task_id, seq), '')) AS digest,
          (SELECT count(*) FROM removed) AS tasks INTO gone FROM events;
        LOCK TABLE agent_task_removal IN SHARE ROW EXCLUSIVE MODE;
        SELECT sequence, hash INTO last FROM agent_task_removal ORDER BY sequence DESC LIMIT 1;
        INSERT INTO agent_task_removal (sequence, removed_at, tasks, events, digest, hash)
        VALUES (coalesce(last.sequence, 0) + 1, at, gone.tasks, gone.events, gone.digest,
          sha256(coalesce(last.hash, '') || convert_to(concat_ws(E'\\n', coalesce(last.sequence, 0) + 1, extract(epoch FROM at),
            gone.tasks, gone.events, encode(gone.digest, 'hex')), 'UTF8')));
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER agent_task_removed AFTER DELETE ON agent_task REFERENCING OLD TABLE AS removed
      FOR EACH STATEMENT EXECUTE FUNCTION agent_task_removed()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER agent_task_removed ON agent_task');
    await runner.query('DROP FUNCTION agent_task_removed');
    await runner.query('DROP TRIGGER agent_task_event_no_delete ON agent_task_event');
    await runner.query('DROP TRIGGER agent_task_event_append_only ON agent_task_event');
    await runner.query(`
      CREATE TRIGGER agent_task_event_append_only BEFORE UPDATE OR DELETE ON agent_task_event
      FOR EACH ROW EXECUTE FUNCTION agent_task_event_is_final()`);
    await runner.query('DROP TABLE agent_task_removal');
    await runner.query('DROP FUNCTION agent_task_removal_is_final');
    await runner.query(
      'CREATE INDEX agent_task_finished_idx ON agent_task (finished_at DESC) WHERE finished_at IS NOT NULL',
    );
    await runner.query(
      `DROP INDEX agent_task_ended_idx, agent_batch_created_idx, agent_idempotency_key_task_id_idx,
         agent_idempotency_key_batch_id_idx, agent_schedule_last_task_idx, agent_task_dependency_task_idx`,
    );
    for (const [table, column, target, when] of REFERENCES) {
      const constraint = `${table}_${column}_fkey`;
      await runner.query(`
        ALTER TABLE ${table} DROP CONSTRAINT ${constraint},
          ADD CONSTRAINT ${constraint} FOREIGN KEY (${column}) REFERENCES ${target} (id) ${when}`);
    }
  }
}
