import { Injectable } from '@nestjs/common';
import { type EncryptedColumn, EncryptedColumns } from '#platform/security';
import { AgentEntity } from '../tables/agent.entity.js';

/** Secrets of agents, as they are kept. */
@Injectable()
export class AgentSecretRepository {
  private readonly column: EncryptedColumn;

  constructor(columns: EncryptedColumns) {
    this.column = columns.add(AgentEntity, 'encryptedSecret');
  }

  encrypt(secret: string, agentId: string): string {
    return this.column.encrypt(secret, agentId);
  }

  /** @throws DecryptionException when no configured key opens it */
  decrypt(encrypted: string, agentId: string): string {
    return this.column.decrypt(encrypted, agentId).toString();
  }
}
