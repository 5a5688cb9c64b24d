export {
  type DailyRevenue,
  FinanceReadService,
  type RecentFilter,
  type RecentTransaction,
  type Revenue,
} from './reports/finance-read.service.js';
export { FinanceLookupService } from './lookup/finance-lookup.service.js';
export { type PublicJwk } from './chain/chain.js';
export { VerificationService } from './integrity/verification.service.js';
export { verifyLedgerExport } from './exports/export-verifier.js';
export { FinanceModule } from './finance.module.js';
export { LedgerChainModule } from './ledger-chain.module.js';
