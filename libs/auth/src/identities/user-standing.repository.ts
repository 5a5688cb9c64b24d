import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { Database } from '#platform/database';
import { includesRole, rankOf, type Role } from '#platform/kernel';
import { type Principal, type Standing, UserStanding } from '#platform/security';
import { ApiKeyEntity, livingKeys } from '../tables/api-key.entity.js';
import { SessionEntity } from '../tables/session.entity.js';
import { UserEntity } from '../tables/user.entity.js';

/** What a user, or one of his keys, may do now. */
@Injectable()
export class UserStandingRepository extends UserStanding {
  constructor(private readonly database: Database) {
    super();
  }

  override async of(userId: string, keyId: string | null): Promise<Standing> {
    const [user, key] = await Promise.all([
      this.database.repository(UserEntity).findOneBy({ id: userId, deletedAt: IsNull() }),
      keyId === null
        ? null
        : this.database.repository(ApiKeyEntity).findOneBy(livingKeys(this.database.dialect, { id: keyId, userId })),
    ]);
    if (!user) return { lost: 'user_deleted' };
    if (!user.isActive) return { lost: 'user_inactive' };
    if (keyId === null) return { role: user.role };
    if (!key) return { lost: 'key_ended' };
    return { role: lowerOf(key.role, user.role) };
  }

  override async marksOf(callers: readonly Principal[]): Promise<ReadonlyMap<Principal, string>> {
    const idsOf = (isSession: boolean): string[] => [
      ...new Set(
        callers
          .filter(({ credential }) => (credential.kind === 'session') === isSession)
          .map(({ credential }) => credential.id),
      ),
    ];
    const [sessions, keys] = await Promise.all([this.sessions(idsOf(true)), this.keys(idsOf(false))]);
    const marks = new Map<Principal, string>();
    for (const caller of callers) {
      const { id, kind } = caller.credential;
      const found = kind === 'session' ? sessions.get(id) : keys.get(id);
      // A session ends with a change of its user's role; a key's role is bounded by it.
      const stands = found && (kind === 'session' ? found.role === caller.role : includesRole(found.role, caller.role));
      if (stands && found.userId === caller.id) marks.set(caller, found.mark);
    }
    return marks;
  }

  private async sessions(ids: readonly string[]): Promise<Map<string, Stand>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database
      .repository(SessionEntity)
      .createQueryBuilder('s')
      .innerJoin(UserEntity, 'u', 'u.id = s.userId')
      .where({ id: In(ids), revokedAt: IsNull(), expiresAt: this.database.dialect.ahead() })
      .andWhere('u.isActive = :isActive', { isActive: true })
      .select('s.id', 'id')
      .addSelect('u.id', 'user_id')
      .addSelect('u.role', 'role')
      .getRawMany<{ id: string; user_id: string; role: Role }>();
    return new Map(rows.map(({ id, user_id: userId, role }) => [id, { userId, role, mark: role }]));
  }

  private async keys(ids: readonly string[]): Promise<Map<string, Stand>> {
    if (ids.length === 0) return new Map();
    const keys = await this.database
      .repository(ApiKeyEntity)
      .findBy(livingKeys(this.database.dialect, { id: In(ids) }));
    const owners = await this.database
      .repository(UserEntity)
      .findBy({ id: In([...new Set(keys.map(({ userId }) => userId))]), isActive: true });
    const roles = new Map(owners.map(({ id, role }) => [id, role]));
    return new Map(
      keys.flatMap(({ id, userId, role, secretChangedAt }) => {
        const owner = roles.get(userId);
        if (owner === undefined) return [];
        const mark = `${secretChangedAt?.getTime() ?? 0}`;
        return [[id, { userId, role: lowerOf(role, owner), mark }]];
      }),
    );
  }
}

/** Who stands behind a session or key, with the role that he has by it now. */
interface Stand {
  readonly userId: string;
  readonly role: Role;
  readonly mark: string;
}

function lowerOf(a: Role, b: Role): Role {
  return rankOf(a) < rankOf(b) ? a : b;
}
