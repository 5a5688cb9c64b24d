import { Injectable } from '@nestjs/common';
import { AuditRepository } from '../infrastructure/audit.repository.js';

/** An entry of the audit trail, for people who look on. */
export interface AuditSummary {
  readonly id: string;
  readonly occurredAt: Date;
  readonly action: string;
  readonly outcome: 'success' | 'failure';
  readonly actorId: string | null;
  readonly subjectId: string | null;
}

/** Reads the audit trail. */
@Injectable()
export class AuditReadService {
  constructor(private readonly events: AuditRepository) {}

  /** The latest entries, newest first, optionally before an instant. */
  async latest(limit: number, before?: Date): Promise<AuditSummary[]> {
    return (await this.events.latest(limit, before)).map((row) => ({
      id: row.id,
      occurredAt: row.occurred_at,
      action: row.action,
      outcome: row.outcome,
      actorId: row.actor_id,
      subjectId: row.subject_id,
    }));
  }
}
