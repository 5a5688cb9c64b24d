import { Module } from '@nestjs/common';
import { FinanceConfig } from '#config';
import { AccountsController } from './api/accounts.controller.js';
import { BatchController } from './api/batch.controller.js';
import { ExportController } from './api/export.controller.js';
import { ImportsController } from './api/imports.controller.js';
import { IntegrityController } from './api/integrity.controller.js';
import { ItemReader } from './api/item-reader.js';
import { PeriodsController } from './api/periods.controller.js';
import { ReportsController } from './api/reports.controller.js';
import { TransactionsController } from './api/transactions.controller.js';
import { AccountAdministrationService } from './application/account-administration.service.js';
import { AccountService } from './application/account.service.js';
import { BatchPostingService } from './application/batch-posting.service.js';
import { BatchTransactionsService } from './application/batch-transactions.service.js';
import { BooksZoneService } from './application/books-zone.service.js';
import { ChainExportService } from './application/chain-export.service.js';
import { ExpiryService } from './application/expiry.service.js';
import { ExportService } from './application/export.service.js';
import { FinanceReadService } from './application/finance-read.service.js';
import { FollowUpService } from './application/follow-up.service.js';
import { ImportService } from './application/import.service.js';
import { ItemFailures } from './application/item-failures.js';
import { ItemPostingService } from './application/item-posting.service.js';
import { KeyedRequestService } from './application/keyed-request.service.js';
import { LedgerWriterService } from './application/ledger-writer.service.js';
import { PeriodService } from './application/period.service.js';
import { PosterService } from './application/poster.service.js';
import { ReceiptService } from './application/receipt.service.js';
import { RecordTransactionService } from './application/record-transaction.service.js';
import { ReportService } from './application/report.service.js';
import { SealService } from './application/seal.service.js';
import { SelfAuditService } from './application/self-audit.service.js';
import { SigningKeyService } from './application/signing-key.service.js';
import { StatementService } from './application/statement.service.js';
import { TransactionHistoryService } from './application/transaction-history.service.js';
import { VerificationService } from './application/verification.service.js';
import { BooksCalendar } from './domain/calendar.js';
import { AccountRepository } from './infrastructure/account.repository.js';
import { BooksRepository } from './infrastructure/books.repository.js';
import { ImportRepository } from './infrastructure/import.repository.js';
import { LedgerRepository } from './infrastructure/ledger.repository.js';
import { PeriodRepository } from './infrastructure/period.repository.js';
import { PostingRepository } from './infrastructure/posting.repository.js';
import { ReportRepository } from './infrastructure/report.repository.js';
import { SnapshotRepository } from './infrastructure/snapshot.repository.js';
import { StatementRepository } from './infrastructure/statement.repository.js';
import { TransactionRepository } from './infrastructure/transaction.repository.js';
import { VerificationRepository } from './infrastructure/verification.repository.js';
import { LedgerChainModule } from './ledger-chain.module.js';

/** The double-entry ledger. */
@Module({
  imports: [LedgerChainModule],
  controllers: [
    BatchController,
    TransactionsController,
    AccountsController,
    ExportController,
    ImportsController,
    IntegrityController,
    PeriodsController,
    ReportsController,
  ],
  providers: [
    {
      provide: BooksCalendar,
      useFactory: ({ booksTimeZone }: FinanceConfig) => new BooksCalendar(booksTimeZone),
      inject: [FinanceConfig],
    },
    AccountAdministrationService,
    AccountService,
    BatchPostingService,
    BatchTransactionsService,
    BooksZoneService,
    ChainExportService,
    ExpiryService,
    ExportService,
    FinanceReadService,
    FollowUpService,
    ImportService,
    ItemFailures,
    ItemPostingService,
    ItemReader,
    KeyedRequestService,
    LedgerWriterService,
    PeriodService,
    PosterService,
    ReceiptService,
    RecordTransactionService,
    ReportService,
    SealService,
    SelfAuditService,
    SigningKeyService,
    StatementService,
    TransactionHistoryService,
    VerificationService,
    AccountRepository,
    BooksRepository,
    ImportRepository,
    LedgerRepository,
    PeriodRepository,
    PostingRepository,
    ReportRepository,
    SnapshotRepository,
    StatementRepository,
    TransactionRepository,
    VerificationRepository,
  ],
  exports: [FinanceReadService],
})
export class FinanceModule {}
