import { AccountChangeEntity } from './tables/account-change.entity.js';
import { AccountEntity } from './tables/account.entity.js';
import { BalanceEntity } from './tables/balance.entity.js';
import { BlockEntity } from './tables/block.entity.js';
import { DailyEntity } from './tables/daily.entity.js';
import { EntryEntity } from './tables/entry.entity.js';
import { HeadEntity } from './tables/head.entity.js';
import { HoldEntity } from './tables/hold.entity.js';
import { ImportRejectionEntity } from './tables/import-rejection.entity.js';
import { ImportEntity } from './tables/import.entity.js';
import { PeriodEntity } from './tables/period.entity.js';
import { RequestEntity } from './tables/request.entity.js';
import { SettlementEntity } from './tables/settlement.entity.js';
import { SigningKeyEntity } from './tables/signing-key.entity.js';
import { TransactionEntity } from './tables/transaction.entity.js';

/** All tables of this domain. */
export const TABLES = [
  AccountChangeEntity,
  AccountEntity,
  BalanceEntity,
  BlockEntity,
  DailyEntity,
  EntryEntity,
  HeadEntity,
  HoldEntity,
  ImportRejectionEntity,
  ImportEntity,
  PeriodEntity,
  RequestEntity,
  SettlementEntity,
  SigningKeyEntity,
  TransactionEntity,
];
