import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Transactions, calls of alerts and mails carry the id of what led to them, and are found by it. The indexes hold only rows that have a
 * value: there are none yet, so they are made in a moment.
 */
export class FindByCorrelation1766500000000 implements MigrationInterface {
  readonly name = 'FindByCorrelation1766500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE finance_transaction ADD COLUMN created_by uuid, ADD COLUMN correlation_id text');
    await runner.query('ALTER TABLE error_alert_delivery ADD COLUMN correlation_id text');
    await runner.query('ALTER TABLE mail_outbox ADD COLUMN correlation_id text');
    await runner.query(`CREATE INDEX finance_transaction_correlation ON finance_transaction (correlation_id, recorded_at, id)
      WHERE correlation_id IS NOT NULL`);
    await runner.query(`CREATE INDEX finance_transaction_creator_kind ON finance_transaction (created_by, kind, state, recorded_at, id)
      WHERE created_by IS NOT NULL`);
    await runner.query(`CREATE INDEX error_alert_delivery_correlation ON error_alert_delivery (correlation_id, id)
      WHERE correlation_id IS NOT NULL`);
    await runner.query(
      'CREATE INDEX mail_outbox_correlation ON mail_outbox (correlation_id, created_at, id) WHERE correlation_id IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    // The indexes go with their columns.
    await runner.query('ALTER TABLE mail_outbox DROP COLUMN correlation_id');
    await runner.query('ALTER TABLE error_alert_delivery DROP COLUMN correlation_id');
    await runner.query('ALTER TABLE finance_transaction DROP COLUMN correlation_id, DROP COLUMN created_by');
  }
}
