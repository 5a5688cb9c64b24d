import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tasks that are queued by the clock. */
export class CreateAgentSchedules1764200420000 implements MigrationInterface {
  readonly name = 'CreateAgentSchedules1764200420000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agent_schedule (
        id uuid PRIMARY KEY,
        agent_id uuid NOT NULL REFERENCES agent (id),
        cron text NOT NULL,
        time_zone text NOT NULL,
        task_description text,
        parameters jsonb NOT NULL,
        priority smallint NOT NULL CHECK (priority BETWEEN 1 AND 10),
        enabled boolean NOT NULL,
        created_by text NOT NULL,
        next_run_at timestamptz,
        last_run_at timestamptz,
        last_task_id uuid REFERENCES agent_task (id),
        last_error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX agent_schedule_due_idx ON agent_schedule (next_run_at) WHERE enabled');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE agent_schedule');
  }
}
