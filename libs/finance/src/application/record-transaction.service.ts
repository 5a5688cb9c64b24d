import { Injectable } from '@nestjs/common';
import { Clock } from '#platform/kernel';
import type { Draft } from '../domain/batch.js';
import { InvalidTransactionException } from '../domain/finance.exceptions.js';
import { type BusinessTransaction, planPostings } from '../domain/posting-rules.js';
import { KeyedRequestService } from './keyed-request.service.js';
import { PosterService, type PostingResult } from './poster.service.js';

/** A refused clock: nobody means to record what happens in more than a day. */
const FUTURE_LIMIT_MS = 86_400_000;

export interface RecordedTransaction extends PostingResult {
  key: string;
}

/** The business door: a sale, a refund, an expense, posted as the table of posting rules says. */
@Injectable()
export class RecordTransactionService {
  constructor(
    private readonly poster: PosterService,
    private readonly requests: KeyedRequestService,
    private readonly clock: Clock,
  ) {}

  /** @throws AppException saying why the transaction is refused */
  async record(
    principalId: string,
    key: string | undefined,
    request: BusinessTransaction,
  ): Promise<RecordedTransaction> {
    const keyed = this.requests.keyed(principalId, key, 'record', request);
    const result = await this.poster.post(keyed, this.draftOf(request));
    return { ...result, key: keyed.key };
  }

  private draftOf(request: BusinessTransaction): Draft {
    const { originalTransactionId: originalId } = request;
    const follows =
      request.type === 'refund' && originalId !== undefined ? { originalId, as: 'refund' as const } : undefined;
    // A refund of an original is posted in the original's proportions, but what it says of itself must hold all the same.
    const planned = planPostings(request);
    const plan = follows ? { amount: planned.amount, postings: [] } : planned;
    const { type, currency, channel, orderId, customerId, notes, lineItems, paymentMethod, paymentGateway, metadata } =
      request;
    const details = {
      ...(lineItems?.length ? { lineItems } : {}),
      ...(paymentMethod === undefined ? {} : { paymentMethod }),
      ...(paymentGateway === undefined ? {} : { paymentGateway }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(type === 'refund' && !follows ? { withoutOriginal: true } : {}),
    };
    return {
      postings: plan.postings,
      ...(follows ? { follows } : {}),
      transaction: {
        type,
        state: 'posted',
        amount: plan.amount,
        currency,
        channel,
        orderId: orderId ?? null,
        customerId: customerId ?? null,
        originalTransactionId: originalId ?? null,
        description: notes ?? null,
        details,
        effectiveAt: this.effectiveAt(request.transactionDate),
      },
    };
  }

  private effectiveAt(date: string | undefined): Date {
    const now = this.clock.now();
    if (date === undefined) return now;
    const at = new Date(date);
    const isUsable = at.getTime() > 0 && at.getTime() <= now.getTime() + FUTURE_LIMIT_MS;
    if (!isUsable) throw new InvalidTransactionException('transactionDate', 'must be after 1970 and not in the future');
    return at;
  }
}
