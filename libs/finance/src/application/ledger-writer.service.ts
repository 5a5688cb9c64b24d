import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import type { BatchState, Passed } from '../domain/batch-state.js';
import type { Transaction } from '../domain/transaction.js';
import { LedgerRepository } from '../infrastructure/ledger.repository.js';
import { PostingRepository } from '../infrastructure/posting.repository.js';

/** What passed, and the transaction it adds, if any. */
export interface Decided {
  readonly passed: Passed;
  readonly transaction: Transaction | undefined;
}

/** Writes what a batch decided. */
@Injectable()
export class LedgerWriterService {
  constructor(
    private readonly ledger: LedgerRepository,
    private readonly postings: PostingRepository,
  ) {}

  async write(tx: DatabaseTransaction, decided: readonly Decided[], { accounts, now }: BatchState): Promise<void> {
    if (decided.length === 0) return;
    const touched = new Set(decided.flatMap(({ passed }) => passed.touched));
    const working = [...touched].map((code) => accounts.get(code)).filter((account) => account !== undefined);
    const made = working.map(({ toBeMade }) => toBeMade).filter((account) => account !== undefined);
    await this.ledger.insertAccounts(tx, made);
    const added = decided.flatMap(({ transaction, passed }) => (transaction ? [{ transaction, passed }] : []));
    await this.postings.addTransactions(
      tx,
      added.map(({ transaction }) => transaction),
    );
    const entries = added.flatMap(({ transaction: { id: transactionId, effectiveAt, channel }, passed }) =>
      passed.movements.map((movement) => {
        const type = accounts.get(movement.account)?.type;
        const isIncome = type === 'revenue' || type === 'expense';
        return { ...movement, transactionId, effectiveAt, channel: (isIncome && channel) || '' };
      }),
    );
    await this.postings.addEntries(tx, entries, now);
    const holds = added.flatMap(({ transaction, passed }) =>
      passed.holds.map((hold) => ({ ...hold, transactionId: transaction.id })),
    );
    await this.postings.addHolds(tx, holds);
    const settlements = decided.flatMap(({ transaction, passed: { settles } }) =>
      settles ? [{ pendingId: settles.original.id, outcome: settles.outcome, captureId: transaction?.id ?? null }] : [],
    );
    await this.postings.settle(tx, settlements, now);
    await this.postings.moveBalances(tx, working);
    await this.ledger.moveHead(tx, now);
  }
}
