import { Module } from '@nestjs/common';
import { AccountsController } from './api/accounts.controller.js';
import { TransactionsController } from './api/transactions.controller.js';
import { AccountService } from './application/account.service.js';
import { FinanceReadService } from './application/finance-read.service.js';
import { KeyedRequestService } from './application/keyed-request.service.js';
import { PosterService } from './application/poster.service.js';
import { RecordTransactionService } from './application/record-transaction.service.js';
import { ReverseTransactionService } from './application/reverse-transaction.service.js';
import { TransactionHistoryService } from './application/transaction-history.service.js';
import { AccountRepository } from './infrastructure/account.repository.js';
import { IdempotencyRepository } from './infrastructure/idempotency.repository.js';
import { LedgerRepository } from './infrastructure/ledger.repository.js';
import { TransactionRepository } from './infrastructure/transaction.repository.js';

/** The double-entry ledger. */
@Module({
  controllers: [TransactionsController, AccountsController],
  providers: [
    AccountService,
    FinanceReadService,
    KeyedRequestService,
    PosterService,
    RecordTransactionService,
    ReverseTransactionService,
    TransactionHistoryService,
    AccountRepository,
    IdempotencyRepository,
    LedgerRepository,
    TransactionRepository,
  ],
  exports: [FinanceReadService],
})
export class FinanceModule {}
