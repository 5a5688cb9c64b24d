import { Injectable } from '@nestjs/common';
import { includesRole, isUuid, MAX_TRACED, type Named, type Role, type Traced } from '#platform/kernel';
import { AccountRepository } from '../accounts/account.repository.js';
import { formatMoney } from '../books/money.js';
import type { Transaction } from '../books/transaction.js';
import { TransactionRepository } from '../transactions/transaction.repository.js';

/** Finds things of the ledger for whoever knows nothing of them but an id. */
@Injectable()
export class FinanceLookupService {
  constructor(
    private readonly transactions: TransactionRepository,
    private readonly accounts: AccountRepository,
  ) {}

  /** The transaction with this id, or the account with this code, if the caller may see it. */
  async byId(id: string, caller: { role: Role }): Promise<Named[]> {
    if (!includesRole(caller.role, 'API_USER')) return [];
    if (isUuid(id)) {
      const transaction = await this.transactions.findById(id);
      return transaction ? [named(transaction)] : [];
    }
    const account = await this.accounts.findByCode(id);
    return account ? [{ kind: 'account', id, title: account.name }] : [];
  }

  /** What a unit of work had recorded, in order of time. */
  async byCorrelation(correlationId: string, caller: { role: Role }): Promise<Traced[]> {
    if (!includesRole(caller.role, 'API_USER')) return [];
    const transactions = await this.transactions.listOfCorrelation(correlationId, MAX_TRACED);
    return transactions.map((transaction) => ({
      ...named(transaction),
      at: transaction.recordedAt,
      severity: 'info' as const,
    }));
  }
}

function named({ id, type, amount, currency }: Transaction): Named {
  return { kind: 'transaction', id, title: `${type} of ${formatMoney(amount, currency)} ${currency}` };
}
