import { Module } from '@nestjs/common';
import { FinanceConfig } from '#config';
import { DatabaseModule, provideByEngine } from '#platform/database';
import { TABLES } from './tables.js';
import { BooksCalendar } from './books/calendar.js';
import { ChainRepository } from './chain/chain.repository.js';
import { LedgerChainService } from './chain/ledger-chain.service.js';
import { SigningKeyService } from './chain/signing-key.service.js';
import { PostgresSnapshotRepository } from './integrity/snapshot.postgres.js';
import { SnapshotRepository } from './integrity/snapshot.repository.js';
import { VerificationRepository } from './integrity/verification.repository.js';
import { VerificationService } from './integrity/verification.service.js';

/** The chain of blocks, for whoever checks it, without the ledger's doors. */
@Module({
  imports: [DatabaseModule.forEntities(TABLES)],
  providers: [
    {
      provide: BooksCalendar,
      useFactory: ({ booksTimeZone }: FinanceConfig) => new BooksCalendar(booksTimeZone),
      inject: [FinanceConfig],
    },
    ChainRepository,
    LedgerChainService,
    SigningKeyService,
    provideByEngine({ portable: SnapshotRepository, postgres: PostgresSnapshotRepository }),
    VerificationRepository,
    VerificationService,
  ],
  exports: [
    BooksCalendar,
    ChainRepository,
    SigningKeyService,
    SnapshotRepository,
    VerificationRepository,
    VerificationService,
  ],
})
export class LedgerChainModule {}
