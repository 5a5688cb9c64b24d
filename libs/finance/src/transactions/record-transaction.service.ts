import { Injectable } from '@nestjs/common';
import { Clock } from '#platform/kernel';
import { BooksCalendar } from '../books/calendar.js';
import { type Books, businessDraft } from '../drafts/draft.js';
import { type JournalTransaction, journalDraft } from '../drafts/journal.js';
import { type BusinessTransaction, DEFAULT_CHANNEL, DEFAULT_CURRENCY } from '../drafts/posting-rules.js';
import { KeyedRequestService } from './keyed-request.service.js';
import { PostingQueueService, type PostingResult } from '../posting/posting-queue.service.js';

export interface RecordedTransaction extends PostingResult {
  key: string;
}

/** Who asks, under which key, and whether only to see what would come of it. */
export interface WriteRequest {
  principalId: string;
  key: string | undefined;
  isDryRun: boolean;
}

/** The two doors: a sale, a refund, an expense, posted as the table of posting rules says; or the legs as an accountant writes them. */
@Injectable()
export class RecordTransactionService {
  constructor(
    private readonly queue: PostingQueueService,
    private readonly requests: KeyedRequestService,
    private readonly calendar: BooksCalendar,
    private readonly clock: Clock,
  ) {}

  /** @throws AppException saying why the transaction is refused */
  async record(by: WriteRequest, transaction: BusinessTransaction): Promise<RecordedTransaction> {
    const request = this.requests.keyed(by.principalId, by.key, 'record', comparable(transaction));
    const draft = businessDraft(transaction, this.books);
    return { ...(await this.queue.post(request, draft, by.isDryRun)), key: request.key };
  }

  /** @throws AppException saying why the transaction is refused */
  async recordJournal(by: WriteRequest, transaction: JournalTransaction): Promise<RecordedTransaction> {
    const request = this.requests.keyed(by.principalId, by.key, 'journal', transaction);
    const draft = journalDraft(transaction, this.books);
    return { ...(await this.queue.post(request, draft, by.isDryRun)), key: request.key };
  }

  private get books(): Books {
    return { now: this.clock.now(), calendar: this.calendar };
  }
}

/**
 * What a request is compared with when its key comes again. Keys are kept for good: what was filled in when the first of them were
 * used still is.
 */
export function comparable(request: BusinessTransaction): BusinessTransaction {
  const { currency = DEFAULT_CURRENCY, channel = DEFAULT_CHANNEL } = request;
  return { ...request, currency, channel };
}
