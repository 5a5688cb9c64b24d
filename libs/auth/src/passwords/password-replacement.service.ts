import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { Clock } from '#platform/kernel';
import { ApiKeyRepository } from '../api-keys/api-key.repository.js';
import {
  EMAIL_CHANGE_PURPOSES,
  OneTimeTokenRepository,
  PASSWORD_PURPOSES,
} from '../tokens/one-time-token.repository.js';
import { SessionRepository } from '../sessions/session.repository.js';
import { UserRepository, type UserWithSecret } from '../identities/user.repository.js';
import { AuditService } from '../audit/audit.service.js';

/** What a new password brings with it, however it was come by: the end of all sessions and, where asked for, of all keys. */
@Injectable()
export class PasswordReplacementService {
  constructor(
    private readonly users: UserRepository,
    private readonly sessions: SessionRepository,
    private readonly apiKeys: ApiKeyRepository,
    private readonly tokens: OneTimeTokenRepository,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async replace(
    tx: Transaction,
    { id }: Pick<UserWithSecret, 'id'>,
    hash: string,
    { action, keys = false }: { action: string; keys?: boolean | undefined },
  ): Promise<void> {
    await this.users.setPassword(tx, id, hash, this.clock.now());
    await this.sessions.revokeAllOf(tx, id, 'password_changed');
    // Whoever had a session could have asked for a new address, and whoever had the mailbox for a new password.
    await this.tokens.withdraw(tx, id, [...PASSWORD_PURPOSES, ...EMAIL_CHANGE_PURPOSES]);
    const endedKeys = keys ? await this.apiKeys.revokeAllOf(tx, id) : [];
    const details = keys ? { endedKeys } : {};
    await this.audit.record(tx, { action, actorId: id, subjectId: id, details });
  }
}
