import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { Transaction } from '#platform/database';
import { Clock } from '#platform/kernel';
import { DerivedKeys } from '#platform/security';
import { LoginFailedException } from '../identities/auth.exceptions.js';
import { normaliseRecoveryCode } from './recovery-code.js';
import { matchTotp } from './totp.js';
import { SecondFactorRepository } from './second-factor.repository.js';
import { UserRepository, type UserWithSecret } from '../identities/user.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { AttemptLimitService, subjectOf } from '../attempts/attempt-limit.service.js';
import type { ProvenUser } from '../passwords/credential-check.service.js';
import { KnownDeviceService } from '../attempts/known-device.service.js';

/** Between password and code. Nothing but the second step takes such a token. */
const TOKEN_TYPE = 'mfa+jwt';
const LIFETIME_SECONDS = 300;

/** Uses a code up; false when somebody did so before. */
type UseUp = (tx: Transaction) => Promise<boolean>;

/** Asks for the second factor of a login, and checks it. */
@Injectable()
export class SecondFactorService {
  constructor(
    private readonly users: UserRepository,
    private readonly factors: SecondFactorRepository,
    private readonly limits: AttemptLimitService,
    private readonly devices: KnownDeviceService,
    private readonly keys: DerivedKeys,
    private readonly jwt: JwtService,
    private readonly clock: Clock,
    private readonly audit: AuditService,
  ) {}

  /** A token that says: this user has proven his password. Good for five minutes, and until the password changes. */
  demand({ id, passwordChangedAt }: UserWithSecret): Promise<string> {
    const iat = Math.floor(this.clock.millis() / 1000);
    const claims = { sub: id, pwd: passwordChangedAt?.getTime() ?? 0, iat, exp: iat + LIFETIME_SECONDS };
    return this.jwt.signAsync(claims, {
      secret: this.key,
      algorithm: 'HS256',
      header: { alg: 'HS256', typ: TOKEN_TYPE },
    });
  }

  /**
   * The user who proved his password before, and a code now. The code is used up with what it is for.
   *
   * @throws LoginFailedException
   */
  async check(mfaToken: string, code: string, deviceToken: string | undefined): Promise<ProvenUser> {
    return this.prove(await this.read(mfaToken), code, deviceToken, 'login.failed');
  }

  /**
   * Makes a user who is logged in show a code.
   *
   * @throws LoginFailedException, also when he has no authenticator
   */
  async checkUser(id: string, code: string, deviceToken: string | undefined): Promise<ProvenUser> {
    const user = await this.users.findWithSecret(id);
    if (!user) throw new LoginFailedException('code');
    return this.prove(user, code, deviceToken, 'user.reauthentication_failed');
  }

  private async prove(
    user: UserWithSecret,
    code: string,
    deviceToken: string | undefined,
    failure: string,
  ): Promise<ProvenUser> {
    const lane = this.devices.laneOf(user, deviceToken);
    const subject = subjectOf(user.id);
    let useUp: UseUp | undefined;
    const outcome = await this.limits.attempt(subject, lane, async () => {
      useUp = await this.find(user.id, code);
      return useUp ? 'proven' : 'wrong';
    });
    const auditFailure = (isLocked: boolean): Promise<void> => {
      const details = { secret: 'code', isLocked };
      return this.audit.record(undefined, { action: failure, outcome: 'failure', subjectId: user.id, details });
    };
    if (outcome !== 'proven') {
      await auditFailure(outcome === 'locked');
      throw new LoginFailedException('code');
    }
    const complete: ProvenUser['complete'] = async (work) => {
      try {
        return await this.limits.complete(subject, lane, (settle) =>
          work(async (tx) => {
            if (!(await useUp?.(tx))) throw new LoginFailedException('code');
            await settle(tx);
          }),
        );
      } catch (error) {
        if (error instanceof LoginFailedException) await auditFailure(false);
        throw error;
      }
    };
    return { user, complete };
  }

  /** The digest by which a recovery code is kept: keyed, since a code is shorter than a hash should cover alone. */
  digestOf(userId: string, code: string, key = this.keys.get('recovery-code')): Buffer {
    return createHmac('sha256', key)
      .update(`${userId}:${normaliseRecoveryCode(code)}`)
      .digest();
  }

  /** How the code is used up, if it is one that the authenticator shows now, or a recovery code. It may turn out to have been used before. */
  private async find(userId: string, code: string): Promise<UseUp | undefined> {
    if (!/^\d{6}$/.test(code.replaceAll(' ', ''))) {
      const previous = this.keys.previous('recovery-code');
      const digests = [this.digestOf(userId, code), ...(previous ? [this.digestOf(userId, code, previous)] : [])];
      const isKnown = await this.factors.hasRecoveryCode(userId, digests);
      return isKnown ? (tx) => this.factors.useRecoveryCode(tx, userId, digests) : undefined;
    }
    const authenticator = await this.factors.findAuthenticator(userId);
    if (!authenticator?.isConfirmed) return undefined;
    const secret = this.factors.totpSecrets.decrypt(authenticator.secret, userId);
    const step = matchTotp(secret, code.replaceAll(' ', ''), this.clock.millis());
    return step === undefined ? undefined : (tx) => this.factors.useStep(tx, userId, step);
  }

  private async read(mfaToken: string): Promise<UserWithSecret> {
    const { sub, pwd } = await this.verify(mfaToken);
    const user = typeof sub === 'string' ? await this.users.findWithSecret(sub) : undefined;
    const isCurrent = user?.isActive === true && user.mfaEnabled && (user.passwordChangedAt?.getTime() ?? 0) === pwd;
    if (!isCurrent) throw new LoginFailedException('code');
    return user;
  }

  private async verify(token: string): Promise<Record<string, unknown>> {
    type Complete = { header: { typ?: string; crit?: unknown }; payload: Record<string, unknown> };
    try {
      const options = { secret: this.key, algorithms: ['HS256' as const], complete: true as const };
      const { header, payload } = (await this.jwt.verifyAsync(token, options)) as unknown as Complete;
      if (header.typ === TOKEN_TYPE && header.crit === undefined && typeof payload['exp'] === 'number') return payload;
    } catch {
      // The reason is of use to an attacker only.
    }
    throw new LoginFailedException('code');
  }

  private get key(): Buffer {
    return this.keys.get('mfa-token') as unknown as Buffer;
  }
}
