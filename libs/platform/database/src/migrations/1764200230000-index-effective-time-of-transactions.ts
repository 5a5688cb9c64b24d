import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Transactions of a span of time are listed in the order of their effective time, and found without going through later ones. */
export class IndexEffectiveTimeOfTransactions1764200230000 implements MigrationInterface {
  readonly name = 'IndexEffectiveTimeOfTransactions1764200230000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX finance_transaction_effective');
    await runner.query(
      'CREATE INDEX finance_transaction_effective ON finance_transaction (effective_at DESC, id DESC)',
    );
    // In the order of the list, so that a page does not depend on how much the customer has bought.
    await runner.query('DROP INDEX finance_transaction_customer');
    await runner.query(
      `CREATE INDEX finance_transaction_customer ON finance_transaction (customer_id, recorded_at DESC, id DESC)
       WHERE customer_id IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX finance_transaction_customer');
    await runner.query(
      'CREATE INDEX finance_transaction_customer ON finance_transaction (customer_id, id) WHERE customer_id IS NOT NULL',
    );
    await runner.query('DROP INDEX finance_transaction_effective');
    await runner.query('CREATE INDEX finance_transaction_effective ON finance_transaction USING brin (effective_at)');
  }
}
