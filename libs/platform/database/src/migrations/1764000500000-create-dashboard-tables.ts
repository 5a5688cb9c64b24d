import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Measurements of requests and machines by minute and by hour, folded together from every replica. */
export class CreateDashboardTables1764000500000 implements MigrationInterface {
  readonly name = 'CreateDashboardTables1764000500000';

  async up(runner: QueryRunner): Promise<void> {
    // Rows are changed every second while they are current: room on the page keeps those updates off the index.
    await runner.query(`
      CREATE TABLE dashboard_measurement (
        step text NOT NULL CHECK (step IN ('minute', 'hour')),
        bucket timestamptz NOT NULL,
        requests bigint NOT NULL DEFAULT 0,
        server_errors bigint NOT NULL DEFAULT 0,
        within_objective bigint NOT NULL DEFAULT 0,
        duration_ms double precision NOT NULL DEFAULT 0,
        cpu_percent_sum double precision NOT NULL DEFAULT 0,
        memory_percent_sum double precision NOT NULL DEFAULT 0,
        samples bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (step, bucket)
      ) WITH (fillfactor = 70)`);
    await runner.query(`
      CREATE TABLE dashboard_latency (
        step text NOT NULL CHECK (step IN ('minute', 'hour')),
        bucket timestamptz NOT NULL,
        slot smallint NOT NULL,
        requests bigint NOT NULL,
        PRIMARY KEY (step, bucket, slot)
      ) WITH (fillfactor = 70)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dashboard_latency, dashboard_measurement');
  }
}
