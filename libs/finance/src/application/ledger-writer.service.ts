import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import type { BatchState, Passed } from '../domain/batch-state.js';
import { channelOf } from '../domain/ledger-replay.js';
import { accountLeaf, type SettlementRecord, transactionLeaf } from '../domain/leaves.js';
import type { Transaction } from '../domain/transaction.js';
import { type FreshAnswer, IdempotencyRepository } from '../infrastructure/idempotency.repository.js';
import { type Head, LedgerRepository } from '../infrastructure/ledger.repository.js';
import { PostingRepository } from '../infrastructure/posting.repository.js';
import { SealService } from './seal.service.js';

/** What passed, and the transaction it adds, if any. */
export interface Decided {
  readonly passed: Passed;
  readonly transaction: Transaction | undefined;
}

/** Writes what a batch decided and answered, and seals it into a block. */
@Injectable()
export class LedgerWriterService {
  constructor(
    private readonly ledger: LedgerRepository,
    private readonly postings: PostingRepository,
    private readonly requests: IdempotencyRepository,
    private readonly sealing: SealService,
  ) {}

  async write(
    tx: DatabaseTransaction,
    head: Head,
    {
      decided,
      fresh,
      state: { accounts },
    }: { decided: readonly Decided[]; fresh: readonly FreshAnswer[]; state: BatchState },
  ): Promise<void> {
    if (decided.length === 0 && fresh.length === 0) return;
    const number = head.blockNumber + 1;
    const touched = new Set(decided.flatMap(({ passed }) => passed.touched));
    const working = [...touched].map((code) => accounts.get(code)).filter((account) => account !== undefined);
    const made = working.map(({ toBeMade }) => toBeMade).filter((account) => account !== undefined);
    const added = decided.flatMap(({ transaction, passed }) => (transaction ? [{ transaction, passed }] : []));
    const transactions = added.map(({ transaction }) => transaction);
    const settlements = decided.flatMap((one) => settlementOf(one, head.now));
    const entries = added.flatMap(({ transaction: { id: transactionId, effectiveAt, channel }, passed }) =>
      passed.movements.map((movement) => {
        const type = accounts.get(movement.account)?.type;
        return { ...movement, transactionId, effectiveAt, channel: type === undefined ? '' : channelOf(type, channel) };
      }),
    );
    const holds = added.flatMap(({ transaction, passed }) =>
      passed.holds.map((hold) => ({ ...hold, transactionId: transaction.id })),
    );
    await this.ledger.insertAccounts(tx, made, number);
    await this.postings.addTransactions(tx, transactions, number);
    await this.postings.addEntries(tx, entries, head.now);
    await this.postings.addHolds(tx, holds);
    await this.postings.settle(tx, settlements, number);
    await this.postings.moveBalances(tx, working);
    await this.requests.add(tx, fresh, head);
    await this.sealing.seal(tx, head, [
      ...made.map(accountLeaf),
      ...transactions.map(transactionLeaf),
      ...settlements.map((settlement) => ({ settlement })),
      ...fresh.map(({ request, answer }) => ({ request: { ...request, answer } })),
    ]);
  }
}

function settlementOf({ transaction, passed: { settles } }: Decided, now: Date): SettlementRecord[] {
  if (!settles) return [];
  const { original, outcome } = settles;
  return [{ pendingId: original.id, outcome, captureId: transaction?.id ?? null, recordedAt: now.toISOString() }];
}
