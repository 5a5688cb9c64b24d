import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rules that call a webhook when something happens to a group, and the calls they led to. */
export class CreateErrorAlerts1764100300002 implements MigrationInterface {
  readonly name = 'CreateErrorAlerts1764100300002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE error_alert (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        event text NOT NULL CHECK (event IN ('new', 'regressed', 'rate')),
        severity text CHECK (severity IN ('critical', 'high', 'medium', 'low', 'info')),
        rate_per_minute integer CHECK (rate_per_minute > 0),
        url text NOT NULL,
        encrypted_secret text NOT NULL,
        created_at timestamptz NOT NULL,
        CHECK ((event = 'rate') = (rate_per_minute IS NOT NULL))
      )`);
    await runner.query(`
      CREATE TABLE error_alert_delivery (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        alert_id uuid NOT NULL REFERENCES error_alert (id) ON DELETE CASCADE,
        group_id uuid NOT NULL REFERENCES error_group (id),
        event text NOT NULL,
        occasion text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz,
        delivered_at timestamptz,
        last_status integer,
        last_error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (alert_id, group_id, occasion)
      )`);
    await runner.query(
      `CREATE INDEX error_alert_delivery_due ON error_alert_delivery (next_attempt_at) WHERE next_attempt_at IS NOT NULL`,
    );
    await runner.query(`CREATE INDEX error_alert_delivery_by_alert ON error_alert_delivery (alert_id, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE error_alert_delivery, error_alert`);
  }
}
