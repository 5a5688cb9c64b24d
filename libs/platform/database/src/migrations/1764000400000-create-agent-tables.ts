import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Agents, their work and its record. What an operator decides about an agent (`agent`) lies apart from how it is doing
 * (`agent_runtime`, locked by every claim) and from its counters (`agent_statistic`, eight rows an agent, so that tasks which
 * finish at the same time do not queue for one row).
 */
export class CreateAgentTables1764000400000 implements MigrationInterface {
  readonly name = 'CreateAgentTables1764000400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agent (
        id uuid PRIMARY KEY,
        slug text NOT NULL CONSTRAINT agent_slug_unique UNIQUE,
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        category text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('http', 'worker', 'llm', 'internal')),
        capabilities text[] NOT NULL DEFAULT '{}',
        dependencies text[] NOT NULL DEFAULT '{}',
        priority smallint NOT NULL DEFAULT 3 CHECK (priority BETWEEN 1 AND 4),
        minimum_role text NOT NULL DEFAULT 'API_USER'
          CHECK (minimum_role IN ('API_USER', 'DEVELOPER', 'ADMIN', 'SUPER_ADMIN')),
        concurrency integer NOT NULL DEFAULT 5 CHECK (concurrency BETWEEN 1 AND 1000),
        rate_limit integer CHECK (rate_limit >= 1),
        rate_window_seconds integer CHECK (rate_window_seconds >= 1),
        timeout_seconds integer NOT NULL DEFAULT 300 CHECK (timeout_seconds BETWEEN 1 AND 3600),
        max_attempts integer NOT NULL DEFAULT 3 CHECK (max_attempts BETWEEN 1 AND 100),
        initial_delay_ms integer NOT NULL DEFAULT 1000 CHECK (initial_delay_ms >= 0),
        max_delay_ms integer NOT NULL DEFAULT 60000 CHECK (max_delay_ms >= 0),
        max_cost_micros bigint CHECK (max_cost_micros >= 0),
        daily_cost_micros bigint CHECK (daily_cost_micros >= 0),
        max_tokens bigint CHECK (max_tokens >= 0),
        config jsonb NOT NULL DEFAULT '{}',
        encrypted_secret text,
        version text NOT NULL DEFAULT '1.0.0',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        CHECK ((rate_limit IS NULL) = (rate_window_seconds IS NULL))
      )`);
    await runner.query('CREATE INDEX agent_capability_idx ON agent USING gin (capabilities)');
    await runner.query(`
      CREATE TABLE agent_runtime (
        agent_id uuid PRIMARY KEY REFERENCES agent (id),
        status text NOT NULL DEFAULT 'initializing'
          CHECK (status IN ('healthy', 'degraded', 'recovering', 'failed', 'initializing')),
        success_rate double precision CHECK (success_rate BETWEEN 0 AND 1),
        consecutive_failures integer NOT NULL DEFAULT 0,
        circuit_open_until timestamptz,
        paused_at timestamptz,
        rate_window_start timestamptz,
        rate_window_used integer NOT NULL DEFAULT 0
      ) WITH (fillfactor = 50)`);
    await runner.query(`
      CREATE TABLE agent_statistic (
        agent_id uuid NOT NULL REFERENCES agent (id),
        slot smallint NOT NULL,
        enqueued bigint NOT NULL DEFAULT 0,
        succeeded bigint NOT NULL DEFAULT 0,
        failed bigint NOT NULL DEFAULT 0,
        cancelled bigint NOT NULL DEFAULT 0,
        duration_ms bigint NOT NULL DEFAULT 0,
        tokens bigint NOT NULL DEFAULT 0,
        cost_micros bigint NOT NULL DEFAULT 0,
        day date NOT NULL,
        day_tokens bigint NOT NULL DEFAULT 0,
        day_cost_micros bigint NOT NULL DEFAULT 0,
        last_active_at timestamptz,
        PRIMARY KEY (agent_id, slot)
      ) WITH (fillfactor = 50)`);
    await this.createTasks(runner);
    await this.createEvents(runner);
    await runner.query(`
      CREATE TABLE agent_idempotency_key (
        owner_id text NOT NULL,
        key text NOT NULL,
        fingerprint jsonb NOT NULL,
        task_id uuid NOT NULL REFERENCES agent_task (id),
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (owner_id, key)
      )`);
  }

  private async createTasks(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agent_task (
        id uuid PRIMARY KEY,
        agent_id uuid NOT NULL REFERENCES agent (id),
        state text NOT NULL CHECK (state IN
          ('queued', 'leased', 'running', 'waiting_approval', 'succeeded', 'failed', 'cancelled', 'dead')),
        priority smallint NOT NULL CHECK (priority BETWEEN 1 AND 10),
        attempt integer NOT NULL DEFAULT 0,
        max_attempts integer NOT NULL,
        timeout_seconds integer NOT NULL,
        task_description text,
        parameters jsonb NOT NULL DEFAULT '{}',
        output jsonb,
        error jsonb,
        progress jsonb,
        tokens_in bigint NOT NULL DEFAULT 0,
        tokens_out bigint NOT NULL DEFAULT 0,
        cost_micros bigint NOT NULL DEFAULT 0,
        batch_id uuid,
        depends_on uuid[] NOT NULL DEFAULT '{}',
        depends_left integer NOT NULL DEFAULT 0,
        created_by text NOT NULL,
        correlation_id text,
        traceparent text,
        created_at timestamptz NOT NULL DEFAULT now(),
        queued_at timestamptz NOT NULL DEFAULT now(),
        run_at timestamptz NOT NULL DEFAULT now(),
        rank_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        finished_at timestamptz,
        deadline_at timestamptz,
        cancel_requested_at timestamptz,
        cancel_acknowledged_at timestamptz,
        stopped_at timestamptz,
        lease_token uuid,
        lease_expires_at timestamptz,
        worker_id uuid,
        awaits_callback boolean NOT NULL DEFAULT false,
        CHECK ((state IN ('leased', 'running')) = (lease_token IS NOT NULL))
      ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01)`);
    await runner.query(
      `CREATE INDEX agent_task_queue_idx ON agent_task (agent_id, rank_at, id) WHERE state = 'queued'`,
    );
    await runner.query(
      `CREATE INDEX agent_task_held_idx ON agent_task (agent_id) WHERE state IN ('leased', 'running')`,
    );
    await runner.query(
      `CREATE INDEX agent_task_lease_idx ON agent_task (lease_expires_at) WHERE state IN ('leased', 'running')`,
    );
    await runner.query(`CREATE INDEX agent_task_agent_idx ON agent_task (agent_id, id)`);
    await runner.query(`CREATE INDEX agent_task_batch_idx ON agent_task (batch_id) WHERE batch_id IS NOT NULL`);
    await runner.query(
      `CREATE INDEX agent_task_finished_idx ON agent_task (finished_at DESC) WHERE finished_at IS NOT NULL`,
    );
    await runner.query(`CREATE INDEX agent_task_failed_idx ON agent_task (id) WHERE state IN ('failed', 'dead')`);
  }

  private async createEvents(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agent_task_event (
        task_id uuid NOT NULL REFERENCES agent_task (id),
        seq integer NOT NULL,
        type text NOT NULL,
        data jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (task_id, seq)
      )`);
    await runner.query(`
      CREATE FUNCTION agent_task_event_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'agent_task_event is append-only';
      END $$`);
    await runner.query(`
      CREATE TRIGGER agent_task_event_append_only BEFORE UPDATE OR DELETE ON agent_task_event
      FOR EACH ROW EXECUTE FUNCTION agent_task_event_is_final()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE agent_idempotency_key');
    await runner.query('DROP TABLE agent_task_event');
    await runner.query('DROP FUNCTION agent_task_event_is_final');
    await runner.query('DROP TABLE agent_task');
    await runner.query('DROP TABLE agent_statistic');
    await runner.query('DROP TABLE agent_runtime');
    await runner.query('DROP TABLE agent');
  }
}
