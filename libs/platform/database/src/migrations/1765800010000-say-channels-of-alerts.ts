import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How an alert tells: until now by webhook, which is what earlier releases write nothing of. */
export class SayChannelsOfAlerts1765800010000 implements MigrationInterface {
  readonly name = 'SayChannelsOfAlerts1765800010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE error_alert ADD COLUMN channel text NOT NULL DEFAULT 'webhook'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE error_alert DROP COLUMN channel');
  }
}
