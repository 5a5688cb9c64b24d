import { Injectable } from '@nestjs/common';
import { Clock } from '#platform/kernel';
import { TransactionNotFoundException } from '../domain/finance.exceptions.js';
import { TransactionRepository } from '../infrastructure/transaction.repository.js';
import { KeyedRequestService } from './keyed-request.service.js';
import { PosterService } from './poster.service.js';
import type { RecordedTransaction } from './record-transaction.service.js';

/** Takes a posted transaction back as a whole, by one that turns its postings round. */
@Injectable()
export class ReverseTransactionService {
  constructor(
    private readonly poster: PosterService,
    private readonly requests: KeyedRequestService,
    private readonly transactions: TransactionRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws TransactionNotFoundException, NotReversibleException, LimitExceededException */
  async reverse(principalId: string, key: string | undefined, originalId: string): Promise<RecordedTransaction> {
    const original = await this.transactions.findById(originalId);
    if (!original) throw new TransactionNotFoundException();
    const keyed = this.requests.keyed(principalId, key, 'reverse', { originalId });
    const { amount, currency, channel, orderId, customerId } = original;
    const result = await this.poster.post(keyed, {
      postings: [],
      follows: { originalId, as: 'reversal' },
      transaction: {
        type: 'reversal',
        state: 'posted',
        amount,
        currency,
        channel,
        orderId,
        customerId,
        originalTransactionId: originalId,
        description: null,
        details: {},
        effectiveAt: this.clock.now(),
      },
    });
    return { ...result, key: keyed.key };
  }
}
