import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Database } from '#platform/database';
import { TokenIssuerEntity } from '../tables/token-issuer.entity.js';

/** Addresses that processes of this service issued tokens under. */
@Injectable()
export class TokenIssuerRepository {
  constructor(private readonly database: Database) {}

  async remember(address: string, issuedAt: Date): Promise<void> {
    const latest = { key: ['address'], set: { issuedAt: 'take' } } as const;
    await this.database.insertMany(TokenIssuerEntity, [{ address, issuedAt }], latest);
  }

  isKnown(address: string): Promise<boolean> {
    return this.database.repository(TokenIssuerEntity).existsBy({ address });
  }

  /** Forgets those that issued no tokens lately. */
  async forgetBefore(at: Date): Promise<void> {
    await this.database.repository(TokenIssuerEntity).delete({ issuedAt: LessThan(at) });
  }
}
