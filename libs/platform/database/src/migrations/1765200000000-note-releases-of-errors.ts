import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When each release of a service was first seen: names of commits have no other order. */
export class NoteReleasesOfErrors1765200000000 implements MigrationInterface {
  readonly name = 'NoteReleasesOfErrors1765200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE error_release (
        service text NOT NULL,
        release text NOT NULL,
        first_seen timestamptz NOT NULL,
        PRIMARY KEY (service, release)
      )`);
    await runner.query(`
      INSERT INTO error_release (service, release, first_seen)
      SELECT service, release, min(received_at) FROM error_occurrence WHERE release IS NOT NULL GROUP BY service, release`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE error_release');
  }
}
