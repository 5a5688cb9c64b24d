import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { Clock } from '#platform/kernel';
import { DerivedKeys } from '#platform/security';
import { normaliseRecoveryCode } from './recovery-code.js';
import { SecondFactorRepository } from './second-factor.repository.js';
import { matchTotp } from './totp.js';

/** Uses a code up; false when somebody did so before. */
export type UseUp = (tx: Transaction) => Promise<boolean>;

/** Codes that prove a user: those of his authenticator, and recovery codes. */
@Injectable()
export class SecondFactorCodeService {
  constructor(
    private readonly factors: SecondFactorRepository,
    private readonly keys: DerivedKeys,
    private readonly clock: Clock,
  ) {}

  /** How the code is used up, if it is one that the authenticator shows now, or a recovery code. It may turn out to have been used before. */
  async find(userId: string, code: string): Promise<UseUp | undefined> {
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

  /** The digest by which a recovery code is kept: keyed, since a code is shorter than a hash should cover alone. */
  digestOf(userId: string, code: string, key = this.keys.get('recovery-code')): Buffer {
    return createHmac('sha256', key)
      .update(`${userId}:${normaliseRecoveryCode(code)}`)
      .digest();
  }
}
