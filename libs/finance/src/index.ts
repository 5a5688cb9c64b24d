export {
  type DailyRevenue,
  FinanceReadService,
  type RecentTransaction,
  type Revenue,
} from './reports/finance-read.service.js';
export { type PublicJwk } from './chain/chain.js';
export { verifyLedgerExport } from './exports/export-verifier.js';
export { FinanceModule } from './finance.module.js';
export { LedgerChainModule } from './ledger-chain.module.js';
