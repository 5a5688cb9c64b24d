import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { Principal } from '#platform/security';
import { SessionRepository } from '../sessions/session.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { StandingService } from './standing.service.js';

/** Ends sessions; their access tokens are refused within a second on every replica. */
@Injectable()
export class LogoutService {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly standing: StandingService,
    private readonly audit: AuditService,
    private readonly database: Database,
  ) {}

  /** Ends the caller's session, or all of his. */
  async logOut(principal: Principal, everywhere: boolean): Promise<void> {
    const { id } = principal;
    const sessionId = principal.credential.id;
    const entry = { actorId: id, subjectId: id, details: { sessionId } };
    if (everywhere) {
      await this.database.transaction(async (tx) => {
        await this.sessions.revokeAllOf(tx, id, 'logout_everywhere');
        await this.audit.record(tx, { ...entry, action: 'logout.everywhere' });
      });
    } else if (await this.sessions.revoke(sessionId, 'logout')) {
      await this.audit.record(undefined, { ...entry, action: 'logout' });
    }
    this.standing.forget(sessionId);
  }
}
