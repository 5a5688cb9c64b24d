import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { LastSuperAdminException } from '../identities/auth.exceptions.js';
import type { User } from '../identities/user.js';
import { UserRepository } from '../identities/user.repository.js';

/** Sees to it that there is always somebody who can administer the service. */
@Injectable()
export class SuperAdminsService {
  constructor(private readonly users: UserRepository) {}

  /** First of all in a transaction that may take a SUPER_ADMIN away: nobody else takes one until it ends. */
  async hold(tx: Transaction): Promise<void> {
    await this.users.lockSuperAdmins(tx);
  }

  /** @throws LastSuperAdminException when no other active SUPER_ADMIN is left */
  async assertOneRemainsWithout(tx: Transaction, target: User): Promise<void> {
    const isOne = target.role === 'SUPER_ADMIN' && target.isActive;
    if (isOne && !(await this.users.hasOtherSuperAdmin(tx, target.id))) throw new LastSuperAdminException();
  }
}
