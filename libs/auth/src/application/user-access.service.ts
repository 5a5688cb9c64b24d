import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { Principal } from '#platform/security';
import { UserNotFoundException } from '../domain/auth.exceptions.js';
import { assertMayHandle } from '../domain/rank-rules.js';
import { SessionRepository } from '../infrastructure/session.repository.js';
import { UserRepository } from '../infrastructure/user.repository.js';
import { AttemptLimitService } from './attempt-limit.service.js';
import { AuditService } from './audit.service.js';

/** Lets administrators help users of a lower rank in, and put them out. */
@Injectable()
export class UserAccessService {
  constructor(
    private readonly users: UserRepository,
    private readonly sessions: SessionRepository,
    private readonly limits: AttemptLimitService,
    private readonly audit: AuditService,
    private readonly database: Database,
  ) {}

  /**
   * Lifts the lock of an account.
   *
   * @throws UserNotFoundException, RankViolationException
   */
  async unlock(actor: Principal, id: string): Promise<void> {
    await this.handle(actor, id, 'user.unlocked');
    await this.limits.unlock(id);
  }

  /**
   * Ends every session of a user.
   *
   * @throws UserNotFoundException, RankViolationException
   */
  async revokeSessions(actor: Principal, id: string): Promise<void> {
    await this.handle(actor, id, 'user.sessions_revoked', (tx) =>
      this.sessions.revokeAllOf(tx, id, 'revoked_by_admin'),
    );
  }

  private async handle(
    actor: Principal,
    id: string,
    action: string,
    work: (tx: Transaction) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      const target = await this.users.lockById(tx, id);
      if (!target) throw new UserNotFoundException();
      if (actor.id !== id) assertMayHandle(actor, target);
      await work(tx);
      await this.audit.record(tx, { action, actorId: actor.id, subjectId: id });
    });
  }
}
