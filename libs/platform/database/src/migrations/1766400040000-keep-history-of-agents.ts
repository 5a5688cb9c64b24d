import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What each agent did by the hour, counted once of the tasks that ended, and who paused it. Tasks of the last month from before are counted
 * by the first run of the job.
 */
export class KeepHistoryOfAgents1766400040000 implements MigrationInterface {
  readonly name = 'KeepHistoryOfAgents1766400040000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agent_hour (
        agent_id uuid NOT NULL REFERENCES agent (id),
        hour timestamptz NOT NULL,
        runs bigint NOT NULL,
        failures bigint NOT NULL,
        tokens bigint NOT NULL,
        cost_micros bigint NOT NULL,
        durations jsonb NOT NULL,
        PRIMARY KEY (agent_id, hour)
      )`);
    await runner.query('CREATE TABLE agent_history_mark (name text PRIMARY KEY, at timestamptz NOT NULL)');
    await runner.query('ALTER TABLE agent_runtime ADD COLUMN paused_by text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_runtime DROP COLUMN paused_by');
    await runner.query('DROP TABLE agent_history_mark, agent_hour');
  }
}
