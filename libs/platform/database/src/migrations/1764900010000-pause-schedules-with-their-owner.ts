import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Schedules know the key by which they were made, and say why they paused themselves. */
export class PauseSchedulesWithTheirOwner1764900010000 implements MigrationInterface {
  readonly name = 'PauseSchedulesWithTheirOwner1764900010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_schedule
        ADD COLUMN key_id uuid,
        ADD COLUMN paused_reason text CHECK (paused_reason IN ('user_deleted', 'user_inactive', 'key_ended', 'role_too_low')),
        ADD CONSTRAINT agent_schedule_paused CHECK (paused_reason IS NULL OR NOT enabled)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_schedule
        DROP CONSTRAINT agent_schedule_paused,
        DROP COLUMN paused_reason,
        DROP COLUMN key_id`);
  }
}
