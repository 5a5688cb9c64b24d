import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { Principal } from '#platform/security';
import { SessionNotFoundException } from '../identities/auth.exceptions.js';
import { SessionRepository, type SessionSummary } from '../sessions/session.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { StandingService } from './standing.service.js';

export type { SessionSummary } from '../sessions/session.repository.js';

/** Shows people where they are logged in, and lets them end what they do not know. */
@Injectable()
export class SessionDirectoryService {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly standing: StandingService,
    private readonly audit: AuditService,
    private readonly database: Database,
  ) {}

  /** The caller's living sessions, the latest used first. */
  list({ id }: Principal): Promise<SessionSummary[]> {
    return this.sessions.listLiving(id);
  }

  /** @throws SessionNotFoundException */
  async revoke({ id }: Principal, sessionId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await this.sessions.revokeOf(tx, id, sessionId, 'revoked_by_user'))) throw new SessionNotFoundException();
      const entry = { actorId: id, subjectId: id, details: { sessionId } };
      await this.audit.record(tx, { action: 'session.revoked', ...entry });
    });
    this.standing.forget(sessionId);
  }
}
