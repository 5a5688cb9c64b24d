import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { DerivedKeys } from '#platform/security';
import { LoginFailedException } from '../domain/auth.exceptions.js';
import { usernameKey } from '../domain/identity-key.js';
import { PasswordHasher } from '../infrastructure/password-hasher.js';
import { UserRepository, type UserWithSecret } from '../infrastructure/user.repository.js';
import { AuditService } from './audit.service.js';
import { AttemptLimitService, type AttemptOutcome, subjectOf } from './attempt-limit.service.js';
import { KnownDeviceService } from './known-device.service.js';

/** A user whose password was right. */
export interface ProvenUser {
  readonly user: UserWithSecret;
  /** Forgets the account's earlier failures, in the transaction of what the password was for; until then the attempt counts as one. */
  forgetFailures(tx?: Transaction): Promise<void>;
}

/**
 * The one place that checks a password. Unknown users and locked accounts spend the time of a real check.
 */
@Injectable()
export class CredentialCheckService {
  constructor(
    private readonly users: UserRepository,
    private readonly limits: AttemptLimitService,
    private readonly devices: KnownDeviceService,
    private readonly hasher: PasswordHasher,
    private readonly keys: DerivedKeys,
    private readonly audit: AuditService,
  ) {}

  /**
   * The user whose identifier and password these are.
   *
   * @throws LoginFailedException for an unknown user, a wrong password, a locked or a switched-off account alike
   * @throws HashingOverloadedException when too many checks are waiting
   */
  async check(identifier: string, password: string, deviceToken?: string): Promise<ProvenUser> {
    const user = await this.users.findByIdentifier(identifier);
    const subject = user ? subjectOf(user.id) : `unknown:${this.digest(identifier)}`;
    return this.prove(subject, user, password, deviceToken, 'login.failed');
  }

  /**
   * Makes a user who is logged in prove the password again, under the same lock as logging in.
   *
   * @throws LoginFailedException, HashingOverloadedException
   */
  async checkUser(id: string, password: string, deviceToken?: string): Promise<UserWithSecret> {
    const user = await this.users.findWithSecret(id);
    const proven = await this.prove(subjectOf(id), user, password, deviceToken, 'user.reauthentication_failed');
    await proven.forgetFailures();
    return proven.user;
  }

  private async prove(
    subject: string,
    user: UserWithSecret | undefined,
    password: string,
    deviceToken: string | undefined,
    failure: string,
  ): Promise<ProvenUser> {
    const lane = this.devices.laneOf(user, deviceToken);
    const outcome = await this.limits.attempt(subject, lane, () => this.outcomeOf(user, password));
    if (outcome === 'locked') await this.hasher.verifyDecoy(password);
    if (!user || outcome === 'locked' || outcome === 'wrong') {
      const details = { secret: 'password', isLocked: outcome === 'locked' };
      await this.audit.record(undefined, { action: failure, outcome: 'failure', subjectId: user?.id, details });
      throw new LoginFailedException();
    }
    await this.strengthen(user, password);
    const isProven = outcome === 'proven';
    return { user, forgetFailures: async (tx) => (isProven ? this.limits.forget(subject, lane, tx) : undefined) };
  }

  private async outcomeOf(user: UserWithSecret | undefined, password: string): Promise<AttemptOutcome> {
    const isRight = user?.passwordHash
      ? await this.hasher.verify(password, user.passwordHash)
      : await this.hasher.verifyDecoy(password);
    if (!isRight || !user?.isActive) return 'wrong';
    return user.mfaEnabled ? 'partial' : 'proven';
  }

  /** Imported bcrypt hashes and hashes of a lower cost are replaced while the password is at hand. */
  private async strengthen(user: UserWithSecret, password: string): Promise<void> {
    const { id, passwordHash } = user;
    if (passwordHash === null || !this.hasher.needsRehash(passwordHash)) return;
    await this.users.replaceHash(id, passwordHash, await this.hasher.hash(password));
  }

  /** Identifiers of nobody are counted too, without keeping what people typed (it may be a password). */
  private digest(identifier: string): string {
    return createHmac('sha256', this.keys.get('identifier-digest')).update(usernameKey(identifier)).digest('base64url');
  }
}
