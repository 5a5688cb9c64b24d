import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Workers that lease tasks from us, and what their attempts leave. */
export class CreateAgentWorkers1764200410000 implements MigrationInterface {
  readonly name = 'CreateAgentWorkers1764200410000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agent_worker (
        id uuid PRIMARY KEY,
        owner_id text NOT NULL,
        name text NOT NULL,
        agents text[] NOT NULL,
        slots integer NOT NULL CHECK (slots > 0),
        runtime text,
        registered_at timestamptz NOT NULL DEFAULT now(),
        last_seen_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 50)`);
    await runner.query(`
      ALTER TABLE agent_task
        ADD COLUMN ended_lease_token uuid,
        ADD COLUMN attempt_usage jsonb,
        ADD COLUMN worker_event_seq integer NOT NULL DEFAULT 0`);
    await runner.query('ALTER TABLE agent_runtime ADD COLUMN worker_seen_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_runtime DROP COLUMN worker_seen_at');
    await runner.query(
      'ALTER TABLE agent_task DROP COLUMN ended_lease_token, DROP COLUMN attempt_usage, DROP COLUMN worker_event_seq',
    );
    await runner.query('DROP TABLE agent_worker');
  }
}
