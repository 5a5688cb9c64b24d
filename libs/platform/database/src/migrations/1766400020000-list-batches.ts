import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Everybody lists his own batches, however many others there are. */
export class ListBatches1766400020000 implements MigrationInterface {
  readonly name = 'ListBatches1766400020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX agent_batch_maker_idx ON agent_batch (created_by, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX agent_batch_maker_idx');
  }
}
