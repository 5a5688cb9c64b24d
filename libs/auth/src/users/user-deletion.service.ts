import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { Clock } from '#platform/kernel';
import type { Principal } from '#platform/security';
import { UserNotFoundException } from '../identities/auth.exceptions.js';
import { assertMayHandle } from '../identities/rank-rules.js';
import { UserRepository } from '../identities/user.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { SuperAdminsService } from './super-admins.service.js';
import { UserErasureService } from './user-erasure.service.js';

/** Takes people out of the service. */
@Injectable()
export class UserDeletionService {
  constructor(
    private readonly users: UserRepository,
    private readonly traces: UserErasureService,
    private readonly superAdmins: SuperAdminsService,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Deletes a user of a lower rank for good: nothing is left of him but the id, which the audit trail and other modules refer to.
   * What he set up to go on without him stops as it does for anybody who may not act any more (`UserStanding`).
   *
   * @throws UserNotFoundException, also of one who was deleted before; RankViolationException, LastSuperAdminException
   */
  async delete(actor: Principal, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.superAdmins.hold(tx);
      const target = await this.users.lockToDelete(tx, id);
      if (!target) throw new UserNotFoundException();
      assertMayHandle(actor, target);
      await this.superAdmins.assertOneRemainsWithout(tx, target);
      const endedKeys = await this.traces.erase(tx, id);
      await this.users.anonymise(tx, id, this.clock.now());
      await this.audit.record(tx, { action: 'user.deleted', subjectId: id, details: { role: target.role, endedKeys } });
    });
    await this.traces.forgetAttempts(id);
  }
}
