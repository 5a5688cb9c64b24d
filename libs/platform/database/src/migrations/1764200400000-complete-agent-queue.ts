import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the queue of tasks lacked: dependencies between tasks, deadlines, budgets with approval, batches. */
export class CompleteAgentQueue1764200400000 implements MigrationInterface {
  readonly name = 'CompleteAgentQueue1764200400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_task
        ADD COLUMN expires_at timestamptz,
        ADD COLUMN has_dependents boolean NOT NULL DEFAULT false,
        ADD COLUMN max_cost_micros bigint CHECK (max_cost_micros >= 0),
        ADD COLUMN max_tokens bigint CHECK (max_tokens >= 0),
        ADD COLUMN estimate_micros bigint CHECK (estimate_micros >= 0),
        ADD COLUMN estimate_tokens bigint CHECK (estimate_tokens >= 0),
        ADD COLUMN approved_at timestamptz,
        ADD COLUMN approved_by text`);
    await runner.query(`
      CREATE INDEX agent_task_expiry_idx ON agent_task (expires_at)
      WHERE expires_at IS NOT NULL AND state IN ('queued', 'waiting_approval')`);
    await runner.query(
      `CREATE INDEX agent_task_approval_idx ON agent_task (agent_id, id) WHERE state = 'waiting_approval'`,
    );
    await runner.query(`
      CREATE TABLE agent_task_dependency (
        depends_on uuid NOT NULL REFERENCES agent_task (id),
        task_id uuid NOT NULL REFERENCES agent_task (id),
        PRIMARY KEY (depends_on, task_id),
        CHECK (depends_on <> task_id)
      )`);
    await runner.query(`
      CREATE TABLE agent_batch (
        id uuid PRIMARY KEY,
        created_by text NOT NULL,
        operations jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      ALTER TABLE agent_idempotency_key
        ALTER CONSTRAINT agent_idempotency_key_task_id_fkey DEFERRABLE INITIALLY DEFERRED,
        ALTER COLUMN task_id DROP NOT NULL,
        ADD COLUMN batch_id uuid REFERENCES agent_batch (id) DEFERRABLE INITIALLY DEFERRED,
        ADD CONSTRAINT agent_idempotency_key_target CHECK ((task_id IS NULL) <> (batch_id IS NULL))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM agent_idempotency_key WHERE task_id IS NULL');
    await runner.query(`
      ALTER TABLE agent_idempotency_key DROP CONSTRAINT agent_idempotency_key_target, DROP COLUMN batch_id,
        ALTER CONSTRAINT agent_idempotency_key_task_id_fkey NOT DEFERRABLE, ALTER COLUMN task_id SET NOT NULL`);
    await runner.query('DROP TABLE agent_batch, agent_task_dependency');
    await runner.query('DROP INDEX agent_task_approval_idx, agent_task_expiry_idx');
    await runner.query(`
      ALTER TABLE agent_task DROP COLUMN expires_at, DROP COLUMN has_dependents, DROP COLUMN max_cost_micros,
        DROP COLUMN max_tokens, DROP COLUMN estimate_micros, DROP COLUMN estimate_tokens, DROP COLUMN approved_at,
        DROP COLUMN approved_by`);
  }
}
