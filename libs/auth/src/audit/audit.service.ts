import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { Clock, currentContext, Ids } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { type AuditEntry, AuditTrail } from '#platform/security';
import { AuditRepository } from './audit.repository.js';

/** Writes who did what, when and from where: to the audit trail and to the security log. */
@Injectable()
export class AuditService extends AuditTrail {
  constructor(
    private readonly events: AuditRepository,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly logger: AppLogger,
  ) {
    super();
  }

  override async record(tx: Transaction | undefined, entry: AuditEntry): Promise<void> {
    const context = currentContext();
    const { action, outcome = 'success', subjectId, details = {} } = entry;
    const { actorId = context?.principalId, credentialId = context?.credentialId } = entry;
    await this.events.insert(tx, {
      id: this.ids.next(),
      occurredAt: this.clock.now(),
      action,
      outcome,
      actorId,
      subjectId,
      credentialId,
      ip: context?.ip,
      userAgent: context?.userAgent?.slice(0, 500),
      correlationId: context?.correlationId,
      details,
    });
    this.logger.security({
      category: action.startsWith('user.') ? 'authorization' : 'authentication',
      event: action,
      outcome,
      userId: subjectId ?? actorId,
      clientIp: context?.ip,
    });
  }
}
