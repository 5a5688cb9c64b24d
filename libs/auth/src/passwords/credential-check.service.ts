import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DerivedKeys } from '#platform/security';
import { LoginFailedException } from '../identities/auth.exceptions.js';
import { usernameKey } from '../identities/identity-key.js';
import { PasswordHashingService, type PasswordVerdict } from './password-hashing.service.js';
import { UserRepository, type UserWithSecret } from '../identities/user.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { AttemptLimitService, type Settle, subjectOf } from '../attempts/attempt-limit.service.js';
import { KnownDeviceService } from '../attempts/known-device.service.js';

/** A user whose secret was right. */
export interface ProvenUser {
  readonly user: UserWithSecret;
  /** Does what the secret was proven for, which settles the attempt in its transaction; see `AttemptLimitService.complete`. */
  complete<T>(work: (settle: Settle) => Promise<T>): Promise<T>;
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
    private readonly hasher: PasswordHashingService,
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
  async checkUser(id: string, password: string, deviceToken?: string): Promise<ProvenUser> {
    const user = await this.users.findWithSecret(id);
    return this.prove(subjectOf(id), user, password, deviceToken, 'user.reauthentication_failed');
  }

  private async prove(
    subject: string,
    user: UserWithSecret | undefined,
    password: string,
    deviceToken: string | undefined,
    failure: string,
  ): Promise<ProvenUser> {
    const lane = this.devices.laneOf(user, deviceToken);
    let isOutdated = false;
    const outcome = await this.limits.attempt(subject, lane, async () => {
      const verdict = await this.verify(user, password);
      isOutdated = verdict === 'outdated';
      if (verdict === 'wrong' || !user?.isActive) return 'wrong';
      return user.mfaEnabled ? 'partial' : 'proven';
    });
    if (outcome === 'locked') await this.hasher.verifyDecoy(password);
    if (!user || outcome === 'locked' || outcome === 'wrong') {
      const details = { secret: 'password', isLocked: outcome === 'locked' };
      await this.audit.record(undefined, { action: failure, outcome: 'failure', subjectId: user?.id, details });
      throw new LoginFailedException(failure === 'login.failed' ? 'login' : 'password');
    }
    // The next login strengthens it if this one cannot.
    if (isOutdated) await this.strengthen(user, password).catch(() => undefined);
    if (outcome === 'proven') return { user, complete: (work) => this.limits.complete(subject, lane, work) };
    // Only the second factor settles the attempt.
    return { user, complete: (work) => work(() => Promise.resolve()) };
  }

  private verify(user: UserWithSecret | undefined, password: string): Promise<PasswordVerdict> {
    return user?.passwordHash ? this.hasher.verify(password, user.passwordHash) : this.hasher.verifyDecoy(password);
  }

  /** Hashes of other systems and of a lower cost are replaced while the password is at hand. */
  private async strengthen({ id, passwordHash }: UserWithSecret, password: string): Promise<void> {
    if (passwordHash !== null) await this.users.replaceHash(id, passwordHash, await this.hasher.hash(password));
  }

  /** Identifiers of nobody are counted too, without keeping what people typed (it may be a password). */
  private digest(identifier: string): string {
    return createHmac('sha256', this.keys.get('identifier-digest')).update(usernameKey(identifier)).digest('base64url');
  }
}
