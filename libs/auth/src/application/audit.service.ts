import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { Clock, currentContext, Ids } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { AuditRepository } from '../infrastructure/audit.repository.js';

/** Where a request came from. */
export interface Origin {
  ip: string | undefined;
  userAgent: string | undefined;
}

/** Something that happened to an account. */
export interface AuditEntry {
  /** `login.failed`, `user.role_changed`, … */
  action: string;
  outcome?: 'success' | 'failure';
  actorId?: string | undefined;
  subjectId?: string | undefined;
  origin?: Origin | undefined;
  details?: Readonly<Record<string, unknown>>;
}

/** Writes who did what, when and from where: to the audit trail and to the security log. */
@Injectable()
export class AuditService {
  constructor(
    private readonly events: AuditRepository,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly logger: AppLogger,
  ) {}

  /** @param tx the transaction of what is audited; `undefined` when nothing else is written, as for a refusal */
  async record(tx: Transaction | undefined, entry: AuditEntry): Promise<void> {
    const { action, outcome = 'success', actorId, subjectId, origin, details = {} } = entry;
    await this.events.insert(tx, {
      id: this.ids.next(),
      occurredAt: this.clock.now(),
      action,
      outcome,
      actorId,
      subjectId,
      ip: origin?.ip,
      userAgent: origin?.userAgent?.slice(0, 500),
      correlationId: currentContext()?.correlationId,
      details,
    });
    this.logger.security({
      category: action.startsWith('user.') ? 'authorization' : 'authentication',
      event: action,
      outcome,
      userId: subjectId ?? actorId,
      clientIp: origin?.ip,
    });
  }
}
