import { Injectable } from '@nestjs/common';
import { type FindOptionsWhere, In, IsNull, LessThan, Not } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { type EncryptedColumn, EncryptedColumns } from '#platform/security';
import { RecoveryCodeEntity } from '../tables/recovery-code.entity.js';
import { UserEntity } from '../tables/user.entity.js';

/** A user's authenticator. */
export interface Authenticator {
  /** The shared secret, encrypted. */
  readonly secret: string;
  readonly isConfirmed: boolean;
}

/** Questions about authenticators and recovery codes. */
@Injectable()
export class SecondFactorRepository {
  /** Secrets of authenticators, by user. */
  readonly totpSecrets: EncryptedColumn;

  constructor(
    private readonly database: Database,
    columns: EncryptedColumns,
  ) {
    this.totpSecrets = columns.add(UserEntity, 'totpSecret');
  }

  async findAuthenticator(userId: string): Promise<Authenticator | undefined> {
    const user = await this.database.repository(UserEntity).findOneBy({ id: userId, isActive: true });
    if (!user || user.totpSecret === null) return undefined;
    return { secret: user.totpSecret, isConfirmed: user.totpConfirmedAt !== null };
  }

  /** Keeps a secret that is not confirmed yet; false when the user has a confirmed one. */
  async propose(tx: Transaction, userId: string, secret: string): Promise<boolean> {
    const where = { id: userId, totpConfirmedAt: IsNull(), isActive: true };
    const { affected } = await tx.repository(UserEntity).update(where, { totpSecret: secret, totpLastStep: 0n });
    return affected === 1;
  }

  /** Puts a proposed secret into force; false when it is not the proposed one any more. */
  async confirm(tx: Transaction, userId: string, secret: string, step: number): Promise<boolean> {
    const where = { id: userId, totpSecret: secret, totpConfirmedAt: IsNull(), isActive: true };
    const change = { totpConfirmedAt: () => this.database.dialect.now, totpLastStep: BigInt(step) };
    return (await tx.repository(UserEntity).update(where, change)).affected === 1;
  }

  /** Uses up a step: of parallel uses of one code one wins, and earlier codes are worth nothing after it. */
  async useStep(tx: Transaction, userId: string, step: number): Promise<boolean> {
    const where = { id: userId, totpLastStep: LessThan(BigInt(step)), totpConfirmedAt: Not(IsNull()) };
    return (await tx.repository(UserEntity).update(where, { totpLastStep: BigInt(step) })).affected === 1;
  }

  /** Whether the user has this recovery code, unused. @param digests of it, one for each key */
  hasRecoveryCode(userId: string, digests: readonly Buffer[]): Promise<boolean> {
    return this.database.repository(RecoveryCodeEntity).existsBy(unused(userId, digests));
  }

  /** Uses up a recovery code; false when it is unknown or was used before. @param digests of it, one for each key */
  async useRecoveryCode(tx: Transaction, userId: string, digests: readonly Buffer[]): Promise<boolean> {
    const usedAt = (): string => this.database.dialect.now;
    return (await tx.repository(RecoveryCodeEntity).update(unused(userId, digests), { usedAt })).affected === 1;
  }

  async replaceRecoveryCodes(tx: Transaction, userId: string, digests: readonly Buffer[]): Promise<void> {
    await tx.repository(RecoveryCodeEntity).delete({ userId });
    await tx.insertMany(
      RecoveryCodeEntity,
      digests.map((digest) => ({ userId, digest })),
    );
  }

  /** Removes an authenticator, proposed or confirmed, and recovery codes, if there are any. */
  async erase(tx: Transaction, userId: string): Promise<void> {
    await this.remove(tx, userId);
    await tx.repository(UserEntity).update({ id: userId }, { totpSecret: null, totpLastStep: 0n });
  }

  /** Removes authenticator and recovery codes; false when there was no confirmed one. */
  async remove(tx: Transaction, userId: string): Promise<boolean> {
    await tx.repository(RecoveryCodeEntity).delete({ userId });
    const where = { id: userId, totpConfirmedAt: Not(IsNull()) };
    return (await tx.repository(UserEntity).update(where, { totpSecret: null, totpConfirmedAt: null })).affected === 1;
  }
}

function unused(userId: string, digests: readonly Buffer[]): FindOptionsWhere<RecoveryCodeEntity> {
  return { userId, digest: In(digests), usedAt: IsNull() };
}
