import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { type Principal } from '#platform/security';
import { CredentialCheckService } from './credential-check.service.js';
import { PasswordReplacementService } from './password-replacement.service.js';
import { PasswordService } from './password.service.js';
import { type Caller, SessionStartService, type StartedSession } from '../sessions/session-start.service.js';

/** Replaces passwords. */
@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly credentials: CredentialCheckService,
    private readonly passwords: PasswordService,
    private readonly replacement: PasswordReplacementService,
    private readonly starts: SessionStartService,
  ) {}

  /**
   * Replaces the caller's own password. Every session ends, the caller's too, since any of them may be a thief's; he goes on
   * with the new one that is returned. His keys end too when he says so.
   *
   * @throws LoginFailedException, HashingOverloadedException, PasswordRefusedException
   */
  async change(
    principal: Principal,
    { current, next, keys }: { current: string; next: string; keys?: boolean | undefined },
    caller: Caller,
  ): Promise<StartedSession> {
    const proven = await this.credentials.checkUser(principal.id, current, caller.deviceToken);
    return proven.complete(async (settle) => {
      const { user } = proven;
      const hash = await this.passwords.accept(next, [user.email, user.username, user.fullName], 'newPassword');
      const replace = async (tx: Transaction): Promise<void> => {
        await settle(tx);
        await this.replacement.replace(tx, user, hash, { action: 'user.password_changed', keys });
      };
      return this.starts.startAfter(replace, { ...user, passwordHash: hash }, caller);
    });
  }
}
