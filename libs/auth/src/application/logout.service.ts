import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { Principal } from '#platform/security';
import { SessionRepository } from '../infrastructure/session.repository.js';
import { AuditService, type Origin } from './audit.service.js';
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
  async logOut(principal: Principal, everywhere: boolean, origin: Origin): Promise<void> {
    const { id, sessionId } = principal;
    const entry = { actorId: id, subjectId: id, origin, details: { sessionId } };
    if (everywhere) {
      await this.database.transaction(async (tx) => {
        await this.sessions.revokeAllOf(tx, id, 'logout_everywhere');
        await this.audit.record(tx, { ...entry, action: 'logout.everywhere' });
      });
    } else if (sessionId !== undefined && (await this.sessions.revoke(sessionId, 'logout'))) {
      await this.audit.record(undefined, { ...entry, action: 'logout' });
    }
    if (sessionId !== undefined) this.standing.forget(sessionId);
  }
}
