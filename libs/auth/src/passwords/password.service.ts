import { Injectable } from '@nestjs/common';
import { SecurityConfig } from '#config';
import { PasswordRefusedException } from '../identities/auth.exceptions.js';
import { passwordFaults } from './password-policy.js';
import { CommonPasswordsService } from './common-passwords.service.js';
import { PasswordHashingService } from './password-hashing.service.js';

/** Accepts new passwords. */
@Injectable()
export class PasswordService {
  constructor(
    private readonly hasher: PasswordHashingService,
    private readonly common: CommonPasswordsService,
    private readonly config: SecurityConfig,
  ) {}

  /**
   * The hash to store for a new password.
   *
   * @param context texts about the account that must not be part of the password
   * @param field the field of the request that faults are reported for
   * @throws PasswordRefusedException naming every fault
   */
  async accept(password: string, context: readonly (string | null | undefined)[], field = 'password'): Promise<string> {
    const policy = { minLength: this.config.minPasswordLength, requireComposition: this.config.requireSpecialChars };
    const known = context.filter((text) => typeof text === 'string');
    const faults = passwordFaults(password, policy, known);
    if (this.common.includes(password))
      faults.push({ code: 'common', message: 'is one of the passwords that everybody tries first' });
    if (faults.length > 0) throw new PasswordRefusedException(faults, field);
    return this.hasher.hash(password);
  }
}
