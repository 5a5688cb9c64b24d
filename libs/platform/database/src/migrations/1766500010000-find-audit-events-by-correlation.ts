import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Audit events are found by what led to them. A migration of its own: what it locks waits for it alone. */
export class FindAuditEventsByCorrelation1766500010000 implements MigrationInterface {
  readonly name = 'FindAuditEventsByCorrelation1766500010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE INDEX audit_event_correlation ON audit_event (correlation_id, sequence) WHERE correlation_id IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX audit_event_correlation');
  }
}
