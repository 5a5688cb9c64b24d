import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Occurrences are found by what led to them. A migration of its own: what it locks waits for it alone. */
export class FindOccurrencesByCorrelation1766500020000 implements MigrationInterface {
  readonly name = 'FindOccurrencesByCorrelation1766500020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE INDEX error_occurrence_by_correlation ON error_occurrence (correlation_id, occurred_at, id) WHERE correlation_id IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX error_occurrence_by_correlation');
  }
}
