export {
  type DailyRevenue,
  FinanceReadService,
  type RecentTransaction,
  type Revenue,
} from './application/finance-read.service.js';
export { FinanceModule } from './finance.module.js';
