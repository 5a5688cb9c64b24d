import { Injectable } from '@nestjs/common';
import { AuditEventEntity } from '../tables/audit-event.entity.js';
import { type AuditEvent, type AuditFilter, AuditRepository, type ChainLink } from './audit.repository.js';
import { AuditList } from './audit-list.postgres.js';

/** Every field as PostgreSQL wrote it and its trigger hashed it: moments to the microsecond, details letter by letter. */
const LINKS = {
  name: 'audit_event_links',
  text: `SELECT sequence::text, id::text, ((extract(epoch FROM occurred_at) * 1000000)::bigint)::text, action, outcome,
                actor_id::text, subject_id::text, ip, user_agent, correlation_id, details::text, credential_id::text, hash
         FROM audit_event WHERE sequence > $1 AND sequence <= $2 ORDER BY audit_event.sequence LIMIT $3`,
};

/** Bench: `audit trail by filters that few events meet`. */
@Injectable()
export class PostgresAuditRepository extends AuditRepository {
  override async list(filter: AuditFilter, limit: number, before?: number): Promise<AuditEvent[]> {
    const { text, values } = new AuditList(filter, limit, before).statement();
    return this.withNames(await this.database.queryEntities(AuditEventEntity, text, values));
  }

  override async links(after: number, upTo: number, limit: number): Promise<ChainLink[]> {
    const rows = await this.database.query(LINKS, [after, upTo, limit]);
    return rows.map(({ hash, ...columns }) => {
      const fields = Object.values(columns) as (string | null)[];
      return { sequence: Number(fields[0]), id: String(fields[1]), fields, hash: hash as Buffer };
    });
  }
}
