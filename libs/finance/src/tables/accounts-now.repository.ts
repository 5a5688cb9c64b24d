import type { SelectQueryBuilder } from 'typeorm';
import type { Transaction } from '#platform/database';
import { AccountEntity } from './account.entity.js';
import { BalanceEntity } from './balance.entity.js';

/** An account with its balance, which also says what it is called once that was changed. */
export type AccountNow = AccountEntity & { readonly balance: BalanceEntity };

/** Accounts (`a`) with their balances (`b`), to be filtered and ordered. */
export function accountsNow(asker: Pick<Transaction, 'repository'>): SelectQueryBuilder<AccountNow> {
  return asker
    .repository(AccountEntity)
    .createQueryBuilder('a')
    .innerJoinAndMapOne('a.balance', BalanceEntity, 'b', 'b.accountId = a.id') as SelectQueryBuilder<AccountNow>;
}
