import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A list by a currency that few transactions have must not go through all the others. */
export class IndexCurrencyOfTransactions1764200220000 implements MigrationInterface {
  readonly name = 'IndexCurrencyOfTransactions1764200220000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE INDEX finance_transaction_currency ON finance_transaction (currency, recorded_at DESC, id DESC)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX finance_transaction_currency');
  }
}
