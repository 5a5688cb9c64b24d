export {
  type DailyRevenue,
  FinanceReadService,
  type RecentTransaction,
  type Revenue,
} from './application/finance-read.service.js';
export { type PublicJwk } from './domain/chain.js';
export { type ExportReport, verifyLedgerExport } from './domain/export-verifier.js';
export { FinanceModule } from './finance.module.js';
export { LedgerChainModule } from './ledger-chain.module.js';
