import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { KeyedRequest } from '#platform/idempotency';
import { Clock } from '#platform/kernel';
import type { Principal } from '#platform/security';
import { UserNotFoundException } from '../identities/auth.exceptions.js';
import { assertLasting, powersOf } from '../api-keys/credential-rules.js';
import { assertMayGrant, assertMayHandle } from '../identities/rank-rules.js';
import type { User } from '../identities/user.js';
import { SessionRepository } from '../sessions/session.repository.js';
import { type UserChange, UserRepository } from '../identities/user.repository.js';
import { AuditService } from '../audit/audit.service.js';
import { SuperAdminsService } from './super-admins.service.js';
import { type NewAccount, UserCreationService } from './user-creation.service.js';

/** What administrators do with other people's accounts, within the ranks. */
@Injectable()
export class UserAdministrationService {
  constructor(
    private readonly users: UserRepository,
    private readonly sessions: SessionRepository,
    private readonly superAdmins: SuperAdminsService,
    private readonly creation: UserCreationService,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * @param show what is answered
   * @throws RankViolationException, CredentialExceededException, PasswordRefusedException, IdentityTakenException
   */
  async create<A>(request: KeyedRequest, actor: Principal, account: NewAccount, show: (user: User) => A): Promise<A> {
    assertMayGrant(actor.role, account.role);
    assertLasting(powersOf(actor));
    return this.creation.createOnce(request, account, { action: 'user.created', actorId: actor.id }, show);
  }

  /**
   * Changes role, state or name. A new role or a switched-off account ends the user's sessions.
   *
   * @throws UserNotFoundException, RankViolationException, CredentialExceededException, LastSuperAdminException
   */
  change(actor: Principal, id: string, change: UserChange): Promise<User> {
    if (change.role !== undefined) assertLasting(powersOf(actor));
    return this.database.transaction(async (tx) => {
      const losesSuperAdmin = change.isActive === false || (change.role !== undefined && change.role !== 'SUPER_ADMIN');
      if (losesSuperAdmin) await this.superAdmins.hold(tx);
      const target = await this.users.lockById(tx, id);
      if (!target) throw new UserNotFoundException();
      assertMayHandle(actor, target, change.role);
      if (losesSuperAdmin) await this.superAdmins.assertOneRemainsWithout(tx, target);
      await this.users.update(tx, id, change, this.clock.now());
      const roleChanged = change.role !== undefined && change.role !== target.role;
      if (roleChanged) await this.sessions.revokeAllOf(tx, id, 'role_changed');
      if (change.isActive === false) await this.sessions.revokeAllOf(tx, id, 'deactivated');
      const changed = await this.users.lockById(tx, id);
      const { fullName, ...others } = change;
      // The trail is never changed, so no name goes into it that its owner may want to be forgotten.
      const details = {
        ...others,
        ...(fullName === undefined ? {} : { fullName: 'changed' }),
        ...(roleChanged ? { from: target.role } : {}),
      };
      await this.audit.record(tx, { action: 'user.changed', actorId: actor.id, subjectId: id, details });
      return changed ?? target;
    });
  }
}
