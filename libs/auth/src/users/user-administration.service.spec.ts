import type { Database } from '#platform/database';
import type { Clock } from '#platform/kernel';
import type { Principal } from '#platform/security';
import type { User } from '../identities/user.js';
import type { SessionRepository } from '../sessions/session.repository.js';
import type { UserChange, UserRepository } from '../identities/user.repository.js';
import type { AuditService } from '../audit/audit.service.js';
import type { SuperAdminsService } from './super-admins.service.js';
import { UserAdministrationService } from './user-administration.service.js';
import type { UserCreationService } from './user-creation.service.js';

const user = { id: 'b', username: 'bob', fullName: null, role: 'READ_ONLY', isActive: true } as User;

describe('a change of a user', () => {
  it('answers the whole user, also when what does not change is there and undefined, as in a DTO', async () => {
    let stored = user;
    const users = {
      lockById: () => Promise.resolve(stored),
      update: (_tx: unknown, _id: string, change: UserChange) => {
        // As TypeORM does, which leaves out what is undefined.
        stored = { ...stored, ...(JSON.parse(JSON.stringify(change)) as Partial<User>) };
        return Promise.resolve();
      },
    };
    const service = new UserAdministrationService(
      users as unknown as UserRepository,
      {} as SessionRepository,
      {} as SuperAdminsService,
      {} as UserCreationService,
      { record: () => Promise.resolve() } as unknown as AuditService,
      { transaction: (work: (tx: object) => Promise<unknown>) => work({}) } as unknown as Database,
      { now: () => new Date() } as Clock,
    );
    const change = { role: undefined, isActive: undefined, fullName: 'Bob' } as unknown as UserChange;
    const actor = { id: 'a', role: 'ADMIN' } as Principal;
    expect(await service.change(actor, 'b', change)).toEqual({ ...user, fullName: 'Bob' });
  });
});
