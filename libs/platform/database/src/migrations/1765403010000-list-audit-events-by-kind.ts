import type { MigrationInterface, QueryRunner } from 'typeorm';

const OWNERS = ['actor', 'subject', 'credential'];

/** The trail by who, whose, by what, action and outcome, in any combination: a page costs the same whatever is stored (docs/adr/0018). */
export class ListAuditEventsByKind1765403010000 implements MigrationInterface {
  readonly name = 'ListAuditEventsByKind1765403010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX audit_event_kind ON audit_event (action, outcome, sequence)');
    for (const owner of OWNERS) {
      await runner.query(
        `CREATE INDEX audit_event_${owner}_kind ON audit_event (${owner}_id, action, outcome, sequence) WHERE ${owner}_id IS NOT NULL`,
      );
      await runner.query(`DROP INDEX audit_event_${owner}`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const owner of OWNERS) {
      await runner.query(`CREATE INDEX audit_event_${owner} ON audit_event (${owner}_id, sequence)`);
      await runner.query(`DROP INDEX audit_event_${owner}_kind`);
    }
    await runner.query('DROP INDEX audit_event_kind');
  }
}
