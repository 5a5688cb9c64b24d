import { Module } from '@nestjs/common';
import { DatabaseModule } from '#platform/database';
import { TABLES } from './tables.js';
import { LedgerChainService } from './chain/ledger-chain.service.js';
import { ChainRepository } from './chain/chain.repository.js';

/** The chain of blocks, for whoever compares it with a checkpoint, without the ledger's doors. */
@Module({
  imports: [DatabaseModule.forEntities(TABLES)],
  providers: [LedgerChainService, ChainRepository],
  exports: [ChainRepository],
})
export class LedgerChainModule {}
