import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Groups of a release are found without reading where all others were seen. */
export class IndexErrorPresence1764200300000 implements MigrationInterface {
  readonly name = 'IndexErrorPresence1764200300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX error_group_presence_by_release ON error_group_presence (release, environment, group_id)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX error_group_presence_by_release`);
  }
}
