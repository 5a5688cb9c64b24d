import { Injectable } from '@nestjs/common';
import { Clock } from '#platform/kernel';
import { BooksCalendar } from '../books/calendar.js';
import { type Draft, effectiveTime } from '../drafts/draft.js';
import { TransactionNotFoundException } from '../books/finance.exceptions.js';
import type { Amount } from '../books/money.js';
import { TransactionRepository } from './transaction.repository.js';
import { KeyedRequestService } from './keyed-request.service.js';
import { PostingQueueService } from '../posting/posting-queue.service.js';
import type { RecordedTransaction, WriteRequest } from './record-transaction.service.js';

/** What is done to a transaction that exists: it is reversed as a whole, or, while it is pending, captured or voided. */
export type FollowUp = 'reverse' | 'capture' | 'void';

export interface FollowUpRequest {
  /** Of a capture: in major units; all that is still held when left out. */
  amount?: Amount | undefined;
  /** Of a capture: whether what is still held after it is let go, as it is when left out. */
  final?: boolean | undefined;
  /** Of a reversal or a capture: now when left out. */
  effectiveAt?: string | undefined;
}

/** Reverses, captures and voids. */
@Injectable()
export class FollowUpService {
  constructor(
    private readonly queue: PostingQueueService,
    private readonly requests: KeyedRequestService,
    private readonly transactions: TransactionRepository,
    private readonly calendar: BooksCalendar,
    private readonly clock: Clock,
  ) {}

  /** @throws TransactionNotFoundException, NotReversibleException, NotPendingException, LimitExceededException … */
  async follow(
    by: WriteRequest,
    what: FollowUp,
    originalId: string,
    request: FollowUpRequest = {},
  ): Promise<RecordedTransaction> {
    const draft = this.draftOf(what, originalId, request);
    if (!(await this.transactions.findById(originalId))) throw new TransactionNotFoundException();
    const keyed = this.requests.keyed(by.principalId, by.key, what, { originalId, ...request });
    return { ...(await this.queue.post(keyed, draft, by.isDryRun)), key: keyed.key };
  }

  private draftOf(what: FollowUp, originalId: string, { amount, effectiveAt, final }: FollowUpRequest): Draft {
    const books = { now: this.clock.now(), calendar: this.calendar };
    const at = effectiveTime(effectiveAt, 'effectiveAt', books);
    switch (what) {
      case 'reverse':
        return { kind: 'reversal', originalId, effectiveAt: at };
      case 'capture':
        return { kind: 'capture', originalId, amount, isFinal: final ?? true, effectiveAt: at };
      case 'void':
        return { kind: 'void', originalId };
    }
  }
}
