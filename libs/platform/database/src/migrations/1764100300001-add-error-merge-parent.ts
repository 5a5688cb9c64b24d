import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where a group was merged to directly, so that a merge of merged groups can be undone step by step. */
export class AddErrorMergeParent1764100300001 implements MigrationInterface {
  readonly name = 'AddErrorMergeParent1764100300001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE error_group ADD COLUMN merge_parent uuid REFERENCES error_group (id)`);
    await runner.query(`UPDATE error_group SET merge_parent = merged_into WHERE merged_into IS NOT NULL`);
    await runner.query(
      `CREATE INDEX error_group_by_merge_parent ON error_group (merge_parent) WHERE merge_parent IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE error_group DROP COLUMN merge_parent`);
  }
}
