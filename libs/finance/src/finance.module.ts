import { Module } from '@nestjs/common';
import { provideByEngine } from '#platform/database';
import { AccountsController } from './accounts/accounts.controller.js';
import { BatchController } from './transactions/batch.controller.js';
import { ExportController } from './exports/export.controller.js';
import { ImportsController } from './imports/imports.controller.js';
import { IntegrityController } from './integrity/integrity.controller.js';
import { TransactionItemValidator } from './transactions/transaction-item.validator.js';
import { PeriodsController } from './periods/periods.controller.js';
import { ReportsController } from './reports/reports.controller.js';
import { TransactionsController } from './transactions/transactions.controller.js';
import { AccountAdministrationService } from './accounts/account-administration.service.js';
import { AccountService } from './accounts/account.service.js';
import { LedgerCommitService } from './posting/ledger-commit.service.js';
import { BatchTransactionsService } from './transactions/batch-transactions.service.js';
import { BooksZoneService } from './books/books-zone.service.js';
import { ChainExportService } from './integrity/chain-export.service.js';
import { PendingExpiryJob } from './posting/pending-expiry.job.js';
import { ExportService } from './exports/export.service.js';
import { FinanceReadService } from './reports/finance-read.service.js';
import { FollowUpService } from './transactions/follow-up.service.js';
import { ImportService } from './imports/import.service.js';
import { ItemRefusalService } from './transactions/item-refusal.service.js';
import { ItemPostingService } from './transactions/item-posting.service.js';
import { KeyedRequestService } from './transactions/keyed-request.service.js';
import { LedgerWriterService } from './posting/ledger-writer.service.js';
import { PeriodService } from './periods/period.service.js';
import { PostingPipelineService } from './posting/posting-pipeline.service.js';
import { PostingQueueService } from './posting/posting-queue.service.js';
import { ReceiptService } from './integrity/receipt.service.js';
import { RecordTransactionService } from './transactions/record-transaction.service.js';
import { ReportService } from './reports/report.service.js';
import { SealService } from './posting/seal.service.js';
import { SelfAuditJob } from './integrity/self-audit.job.js';
import { StatementService } from './accounts/statement.service.js';
import { TransactionHistoryService } from './transactions/transaction-history.service.js';
import { PostgresAccountRepository } from './accounts/account.postgres.js';
import { AccountRepository } from './accounts/account.repository.js';
import { BooksRepository } from './books/books.repository.js';
import { ImportRepository } from './imports/import.repository.js';
import { PostgresLedgerRepository } from './posting/ledger.postgres.js';
import { LedgerRepository } from './posting/ledger.repository.js';
import { PeriodRepository } from './periods/period.repository.js';
import { PostgresPostingRepository } from './posting/posting.postgres.js';
import { PostingRepository } from './posting/posting.repository.js';
import { PostgresReportRepository } from './reports/report.postgres.js';
import { ReportRepository } from './reports/report.repository.js';
import { PostgresStatementRepository } from './accounts/statement.postgres.js';
import { StatementRepository } from './accounts/statement.repository.js';
import { PostgresTransactionRepository } from './transactions/transaction.postgres.js';
import { TransactionRepository } from './transactions/transaction.repository.js';
import { FinanceLookupService } from './lookup/finance-lookup.service.js';
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
    AccountAdministrationService,
    AccountService,
    LedgerCommitService,
    BatchTransactionsService,
    BooksZoneService,
    ChainExportService,
    PendingExpiryJob,
    ExportService,
    FinanceLookupService,
    FinanceReadService,
    FollowUpService,
    ImportService,
    ItemRefusalService,
    ItemPostingService,
    TransactionItemValidator,
    KeyedRequestService,
    LedgerWriterService,
    PeriodService,
    PostingPipelineService,
    PostingQueueService,
    ReceiptService,
    RecordTransactionService,
    ReportService,
    SealService,
    SelfAuditJob,
    StatementService,
    TransactionHistoryService,
    provideByEngine({ portable: AccountRepository, postgres: PostgresAccountRepository }),
    BooksRepository,
    ImportRepository,
    provideByEngine({ portable: LedgerRepository, postgres: PostgresLedgerRepository }),
    PeriodRepository,
    provideByEngine({ portable: PostingRepository, postgres: PostgresPostingRepository }),
    provideByEngine({ portable: ReportRepository, postgres: PostgresReportRepository }),
    provideByEngine({ portable: StatementRepository, postgres: PostgresStatementRepository }),
    provideByEngine({ portable: TransactionRepository, postgres: PostgresTransactionRepository }),
  ],
  exports: [FinanceLookupService, FinanceReadService],
})
export class FinanceModule {}
