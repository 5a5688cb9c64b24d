import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Name, table and columns, and the column that must have a value. */
const INDEXES = [
  ['finance_transaction_correlation', 'finance_transaction (correlation_id, recorded_at, id)', 'correlation_id'],
  ['finance_transaction_creator_kind', 'finance_transaction (created_by, kind, state, recorded_at, id)', 'created_by'],
  ['audit_event_correlation', 'audit_event (correlation_id, sequence)', 'correlation_id'],
  ['agent_task_correlation', 'agent_task (correlation_id, id)', 'correlation_id'],
  ['agent_task_agent_ended_idx', 'agent_task (agent_id, state, finished_at, id)', 'finished_at'],
  ['agent_task_maker_ended_idx', 'agent_task (created_by, agent_id, state, finished_at, id)', 'finished_at'],
  ['error_occurrence_by_correlation', 'error_occurrence (correlation_id, occurred_at, id)', 'correlation_id'],
  ['error_alert_delivery_correlation', 'error_alert_delivery (correlation_id, id)', 'correlation_id'],
  ['mail_outbox_correlation', 'mail_outbox (correlation_id, created_at, id)', 'correlation_id'],
] as const;

/**
 * What a request led to is found by its id, which transactions, calls of alerts and mails carry now too; and what somebody had done, or an
 * agent did, by when it happened.
 */
export class FindByCorrelation1766500000000 implements MigrationInterface {
  readonly name = 'FindByCorrelation1766500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE finance_transaction ADD COLUMN created_by uuid, ADD COLUMN correlation_id text');
    await runner.query('ALTER TABLE error_alert_delivery ADD COLUMN correlation_id text');
    await runner.query('ALTER TABLE mail_outbox ADD COLUMN correlation_id text');
    for (const [name, columns, where] of INDEXES) {
      await runner.query(`CREATE INDEX ${name} ON ${columns} WHERE ${where} IS NOT NULL`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [name] of INDEXES) await runner.query(`DROP INDEX ${name}`);
    await runner.query('ALTER TABLE mail_outbox DROP COLUMN correlation_id');
    await runner.query('ALTER TABLE error_alert_delivery DROP COLUMN correlation_id');
    await runner.query('ALTER TABLE finance_transaction DROP COLUMN correlation_id, DROP COLUMN created_by');
  }
}
