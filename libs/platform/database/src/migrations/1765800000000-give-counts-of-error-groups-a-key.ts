import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The rows of this table are differences that are added up; without a key of its own it was the only table that no entity could describe. */
export class GiveCountsOfErrorGroupsAKey1765800000000 implements MigrationInterface {
  readonly name = 'GiveCountsOfErrorGroupsAKey1765800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE error_group_count ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE error_group_count DROP COLUMN id');
  }
}
