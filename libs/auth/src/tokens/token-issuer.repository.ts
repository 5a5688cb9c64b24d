import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Database } from '#platform/database';
import { TokenIssuerEntity } from './token-issuer.entity.js';

/** Addresses that processes of this service issued tokens under. */
@Injectable()
export class TokenIssuerRepository {
  constructor(private readonly database: Database) {}

  async remember(address: string, issuedAt: Date): Promise<void> {
    await this.database.manager.upsert(TokenIssuerEntity, { address, issuedAt }, ['address']);
  }

  isKnown(address: string): Promise<boolean> {
    return this.database.manager.existsBy(TokenIssuerEntity, { address });
  }

  /** Forgets those that issued no tokens lately. */
  async forgetBefore(at: Date): Promise<void> {
    await this.database.manager.delete(TokenIssuerEntity, { issuedAt: LessThan(at) });
  }
}
