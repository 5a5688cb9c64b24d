import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The next calls of each alert are found alert by alert; takes the place of one queue for all. */
export class CallEachAlertAtItsOwnPace1765200030000 implements MigrationInterface {
  readonly name = 'CallEachAlertAtItsOwnPace1765200030000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX error_alert_delivery_next ON error_alert_delivery (alert_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL`,
    );
    await runner.query('DROP INDEX error_alert_delivery_due');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX error_alert_delivery_due ON error_alert_delivery (next_attempt_at) WHERE next_attempt_at IS NOT NULL`,
    );
    await runner.query('DROP INDEX error_alert_delivery_next');
  }
}
