import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { type Principal, SessionRequiredException } from '#platform/security';
import {
  ApiKeyNotFoundException,
  SessionNotFoundException,
  UserNotFoundException,
} from '../identities/auth.exceptions.js';
import { assertMayHandle } from '../identities/rank-rules.js';
import type { User } from '../identities/user.js';
import { type ApiKey, ApiKeyRepository } from '../api-keys/api-key.repository.js';
import { SessionRepository, type SessionSummary } from '../sessions/session.repository.js';
import { UserRepository } from '../identities/user.repository.js';
import { AttemptLimitService } from '../attempts/attempt-limit.service.js';
import { AuditService } from '../audit/audit.service.js';

type Facts = Readonly<Record<string, unknown>>;

/** Lets administrators see how users of a lower rank come in, help them in, and put them out. */
@Injectable()
export class UserAccessService {
  constructor(
    private readonly users: UserRepository,
    private readonly sessions: SessionRepository,
    private readonly apiKeys: ApiKeyRepository,
    private readonly limits: AttemptLimitService,
    private readonly audit: AuditService,
    private readonly database: Database,
  ) {}

  /** @throws UserNotFoundException, RankViolationException, SessionRequiredException */
  async listSessions(actor: Principal, id: string): Promise<SessionSummary[]> {
    checkHandling(actor, await this.users.findById(id));
    return this.sessions.listLiving(id);
  }

  /** @throws UserNotFoundException, RankViolationException, SessionRequiredException */
  async listKeys(actor: Principal, id: string): Promise<ApiKey[]> {
    checkHandling(actor, await this.users.findById(id));
    return this.apiKeys.listOf(id);
  }

  /**
   * Lifts the lock of an account.
   *
   * @throws UserNotFoundException, RankViolationException, SessionRequiredException
   */
  async unlock(actor: Principal, id: string): Promise<void> {
    await this.handle(actor, id, 'user.unlocked', () => Promise.resolve({}));
    await this.limits.unlock(id);
  }

  /**
   * Ends every session of a user, and every key unless it is said otherwise.
   *
   * @throws UserNotFoundException, RankViolationException, SessionRequiredException
   */
  async revokeSessions(actor: Principal, id: string, keys: boolean): Promise<void> {
    await this.handle(actor, id, 'user.sessions_revoked', async (tx) => {
      // First the sessions, which could make keys, then the keys.
      await this.sessions.revokeAllOf(tx, id, 'revoked_by_admin');
      return keys ? { endedKeys: await this.apiKeys.revokeAllOf(tx, id) } : {};
    });
  }

  /** @throws SessionNotFoundException, UserNotFoundException, RankViolationException, SessionRequiredException */
  async revokeSession(actor: Principal, id: string, sessionId: string): Promise<void> {
    await this.handle(actor, id, 'session.revoked', async (tx) => {
      if (!(await this.sessions.revokeOf(tx, id, sessionId, 'revoked_by_admin'))) throw new SessionNotFoundException();
      return { sessionId };
    });
  }

  /**
   * Ends a key of a user, and all that it made.
   *
   * @throws ApiKeyNotFoundException, UserNotFoundException, RankViolationException, SessionRequiredException
   */
  async revokeKey(actor: Principal, id: string, keyId: string): Promise<void> {
    await this.handle(actor, id, 'api_key.revoked', async (tx) => {
      if (!(await this.apiKeys.lock(tx, keyId, id))) throw new ApiKeyNotFoundException();
      return { keyId, ended: await this.apiKeys.revokeTree(tx, keyId) };
    });
  }

  /** @param work what is done to the locked account; what it returns is audited with it */
  private async handle(
    actor: Principal,
    id: string,
    action: string,
    work: (tx: Transaction) => Promise<Facts>,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      checkHandling(actor, await this.users.lockById(tx, id));
      const details = await work(tx);
      await this.audit.record(tx, { action, subjectId: id, details });
    });
  }
}

/** People may do this to their own account too, but no key of theirs. */
function checkHandling(actor: Principal, target: User | undefined): void {
  if (!target) throw new UserNotFoundException();
  if (actor.id !== target.id) assertMayHandle(actor, target);
  else if (actor.credential.kind !== 'session') throw new SessionRequiredException();
}
