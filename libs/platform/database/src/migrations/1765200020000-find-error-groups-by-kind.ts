import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Groups of a status, severity or category that few have are found without reading all; takes the place of the index by status. */
export class FindErrorGroupsByKind1765200020000 implements MigrationInterface {
  readonly name = 'FindErrorGroupsByKind1765200020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX error_group_by_kind ON error_group (status, severity, category) WHERE merged_into IS NULL`,
    );
    await runner.query('DROP INDEX error_group_by_status');
    await runner.query(
      'CREATE INDEX error_group_presence_by_environment ON error_group_presence (environment, group_id)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX error_group_presence_by_environment');
    await runner.query('CREATE INDEX error_group_by_status ON error_group (status) WHERE merged_into IS NULL');
    await runner.query('DROP INDEX error_group_by_kind');
  }
}
