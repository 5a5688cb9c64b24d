import { Injectable } from '@nestjs/common';
import { LoginFailedException } from '../identities/auth.exceptions.js';
import { UserRepository, type UserWithSecret } from '../identities/user.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { AttemptLimitService, subjectOf } from '../attempts/attempt-limit.service.js';
import type { ProvenUser } from '../passwords/credential-check.service.js';
import { KnownDeviceService } from '../attempts/known-device.service.js';
import { SecondFactorCodeService, type UseUp } from './second-factor-code.service.js';

/** The one place that checks a second factor. */
@Injectable()
export class SecondFactorService {
  constructor(
    private readonly users: UserRepository,
    private readonly codes: SecondFactorCodeService,
    private readonly limits: AttemptLimitService,
    private readonly devices: KnownDeviceService,
    private readonly audit: AuditService,
  ) {}

  /**
   * The user who proved his password before, and a code now. The code is used up with what it is for.
   *
   * @throws LoginFailedException
   */
  check(user: UserWithSecret, code: string, deviceToken: string | undefined): Promise<ProvenUser> {
    return this.prove(user, code, deviceToken, 'login.failed');
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
      useUp = await this.codes.find(user.id, code);
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
}
