import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How grave a group was before others were merged into it: a merge asks for it, and read the hours of all groups for that. */
export class FindSeveritiesOfErrorGroups1765600000000 implements MigrationInterface {
  readonly name = 'FindSeveritiesOfErrorGroups1765600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX error_group_hour_by_group ON error_group_hour (group_id, severity)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX error_group_hour_by_group');
  }
}
