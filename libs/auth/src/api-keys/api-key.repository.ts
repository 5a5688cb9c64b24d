import { Injectable } from '@nestjs/common';
import { type FindOptionsWhere, In, IsNull, type Repository } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import type { Role } from '#platform/kernel';
import { ApiKeyEntity, livingKeys } from '../tables/api-key.entity.js';
import { RevokedTokenEntity } from '../tables/revoked-token.entity.js';
import { UserEntity } from '../tables/user.entity.js';

/** An API key without its secret. */
export interface ApiKey {
  readonly id: string;
  readonly userId: string;
  /** The key that made it; `null` when a person did. It ends with that key. */
  readonly parentId: string | null;
  readonly name: string;
  readonly role: Role;
  readonly ipAllowlist: string[];
  /** Slugs of the agents whose tasks it may lease; empty is all that its role may execute. */
  readonly agents: string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** A key as authentication needs it, with the standing of its owner. */
export interface ApiKeyStanding extends ApiKey {
  readonly secretDigest: Buffer;
  readonly secretChangedAt: Date;
  readonly owner: { username: string; role: Role };
}

export interface NewApiKey {
  id: string;
  userId: string;
  parentId: string | null;
  name: string;
  secretDigest: Buffer;
  role: Role;
  ipAllowlist: readonly string[];
  agents: readonly string[];
  createdAt: Date;
  expiresAt: Date | null;
}

/** Questions about API keys. */
@Injectable()
export class ApiKeyRepository {
  constructor(protected readonly database: Database) {}

  async insert(tx: Transaction, key: NewApiKey): Promise<void> {
    await tx.insertMany(ApiKeyEntity, [{ ...key, ipAllowlist: [...key.ipAllowlist], agents: [...key.agents] }]);
  }

  /** A key that may be used: not revoked, not expired, owner active. */
  async findStanding(id: string): Promise<ApiKeyStanding | undefined> {
    const key = await this.database.repository(ApiKeyEntity).findOneBy(this.living({ id }));
    const owner = key && (await this.database.repository(UserEntity).findOneBy({ id: key.userId, isActive: true }));
    return owner ? standingOf(key, owner) : undefined;
  }

  /** A key whose access token with this `jti` may be used. */
  async findTokenStanding(id: string, tokenId: string): Promise<ApiKeyStanding | undefined> {
    const isRevoked = await this.database.repository(RevokedTokenEntity).existsBy({ jti: tokenId });
    return isRevoked ? undefined : this.findStanding(id);
  }

  /** Refuses an access token of a key from now on; kept until it would have expired. */
  async revokeToken(tokenId: string, expiresAt: Date): Promise<void> {
    await this.database.insertMany(RevokedTokenEntity, [{ jti: tokenId, expiresAt }], { ignore: true });
  }

  async deleteExpiredRevocations(): Promise<number> {
    const expired = { expiresAt: this.database.dialect.past() };
    const { affected } = await this.database.repository(RevokedTokenEntity).delete(expired);
    return affected ?? 0;
  }

  /** The living keys of a user, newest first; with a parent, only those that it made, directly or not. */
  async listOf(userId: string, parentId?: string): Promise<ApiKey[]> {
    const keys = this.database.repository(ApiKeyEntity);
    const of = parentId === undefined ? { userId } : { userId, id: In(await madeBy(keys, parentId)) };
    return keys.find({ where: this.living(of), order: { createdAt: 'DESC', id: 'DESC' }, take: 100 });
  }

  /** A living key of the user, locked until the transaction ends, so that it neither ends nor makes another meanwhile. */
  async lock(tx: Transaction, id: string, userId: string): Promise<ApiKey | undefined> {
    return (await tx.lockOne(ApiKeyEntity, this.living({ id, userId }))) ?? undefined;
  }

  /** Whether the key still lives; it then goes on living until the transaction ends. */
  async holdLiving(tx: Transaction, id: string): Promise<boolean> {
    return (await tx.holdOne(ApiKeyEntity, this.living({ id }))) !== null;
  }

  /** Whether one key made another, directly or by a key that it made. */
  async isDescendant(tx: Transaction, id: string, ancestorId: string): Promise<boolean> {
    return (await madeBy(tx.repository(ApiKeyEntity), ancestorId)).includes(id);
  }

  async replaceSecret(tx: Transaction, id: string, digest: Buffer): Promise<void> {
    const secretChangedAt = (): string => this.database.dialect.now;
    await tx.repository(ApiKeyEntity).update({ id }, { secretDigest: digest, secretChangedAt });
  }

  /**
   * Ends a key and all that it made. A key may be making another just now, which is not seen yet: its row is waited for, and the search
   * repeated until nothing is left.
   *
   * @returns the ids of the keys that ended
   */
  async revokeTree(tx: Transaction, id: string): Promise<string[]> {
    const keys = tx.repository(ApiKeyEntity);
    return this.revokeWhile(tx, async () => ({ id: In([id, ...(await madeBy(keys, id))]) }));
  }

  /** Ends every key of a user; the ids of those that ended. A key that is made meanwhile waits for its maker's row, and is found then. */
  revokeAllOf(tx: Transaction, userId: string): Promise<string[]> {
    return this.revokeWhile(tx, () => Promise.resolve({ userId }));
  }

  /** Removes the keys of a user, also those made meanwhile; the ids of those that had not ended. */
  async deleteAllOf(tx: Transaction, userId: string): Promise<string[]> {
    const ended = await this.revokeAllOf(tx, userId);
    await tx.repository(ApiKeyEntity).delete({ userId });
    return ended;
  }

  /** Notes the use of a key, at most once a minute, so that a busy key is not written on every request. */
  async touch(id: string): Promise<void> {
    const { now, past } = this.database.dialect;
    const where = [
      { id, lastUsedAt: IsNull() },
      { id, lastUsedAt: past(60) },
    ];
    const keys = this.database.repository(ApiKeyEntity);
    await keys
      .createQueryBuilder()
      .update()
      .set({ lastUsedAt: () => now })
      .where(where)
      .execute();
  }

  /** Ends what is found, and looks again until there is nothing. */
  private async revokeWhile(tx: Transaction, find: () => Promise<FindOptionsWhere<ApiKeyEntity>>): Promise<string[]> {
    const keys = tx.repository(ApiKeyEntity);
    const ended: string[] = [];
    for (;;) {
      const builder = keys.createQueryBuilder('k').where({ ...(await find()), revokedAt: IsNull() });
      const ids = (await tx.lockMany(builder.orderBy('k.id'))).map(({ id }) => id);
      if (ids.length === 0) return ended;
      await keys.update({ id: In(ids) }, { revokedAt: () => this.database.dialect.now });
      ended.push(...ids);
    }
  }

  private living(of: FindOptionsWhere<ApiKeyEntity>): FindOptionsWhere<ApiKeyEntity>[] {
    return livingKeys(this.database.dialect, of);
  }
}

/** Ids of the keys that a key made, directly or not. */
async function madeBy(keys: Repository<ApiKeyEntity>, id: string): Promise<string[]> {
  const found: string[] = [];
  for (let makers = [id]; makers.length > 0;) {
    const made = await keys.find({ select: { id: true }, where: { parentId: In(makers) } });
    makers = made.map((key) => key.id);
    found.push(...makers);
  }
  return found;
}

function standingOf(key: ApiKeyEntity, { username, role }: UserEntity): ApiKeyStanding {
  return { ...key, secretChangedAt: key.secretChangedAt ?? key.createdAt, owner: { username, role } };
}
