import { Injectable } from '@nestjs/common';
import { Clock } from '#platform/kernel';
import { BooksCalendar } from '../books/calendar.js';
import { businessDraft, type Draft } from '../drafts/draft.js';
import type { Refusal } from '../books/finance.exceptions.js';
import { type JournalTransaction, journalDraft } from '../drafts/journal.js';
import type { BusinessTransaction } from '../drafts/posting-rules.js';
import { ItemRefusalService } from './item-refusal.service.js';
import { ItemPostingService } from './item-posting.service.js';
import { KeyedRequestService } from './keyed-request.service.js';
import type { ItemOutcome, PostingItem } from '../posting/posting-unit.js';
import { comparable, type WriteRequest } from './record-transaction.service.js';
import type { TransactionView } from '../books/transaction-view.js';

/** One transaction of many, as either door takes it, or why it cannot be read. */
export type BatchItem = { readonly key?: string | undefined } & (
  { readonly business: BusinessTransaction } | { readonly journal: JournalTransaction } | { readonly refusal: Refusal }
);

/** What became of one of many. */
export interface ItemResult {
  status: 'posted' | 'rejected' | 'replayed';
  transaction?: TransactionView;
  error?: Refusal;
}

export interface BatchResult {
  results: ItemResult[];
  key: string;
  isReplay: boolean;
}

/** Many transactions in one commit, each with its own verdict, or all or nothing. */
@Injectable()
export class BatchTransactionsService {
  constructor(
    private readonly posting: ItemPostingService,
    private readonly requests: KeyedRequestService,
    private readonly failures: ItemRefusalService,
    private readonly calendar: BooksCalendar,
    private readonly clock: Clock,
  ) {}

  /**
   * @param options.body what the request is compared with when its key comes again, as it came
   * @throws PostingKeyReusedException, PostingOverloadedException
   */
  async post(
    by: WriteRequest,
    items: readonly BatchItem[],
    options: { isAtomic: boolean; body: object },
  ): Promise<BatchResult> {
    const request = this.requests.keyed(by.principalId, by.key, 'batch', options.body);
    const unit = { request, isAtomic: options.isAtomic, items: items.map((item) => this.itemOf(by.principalId, item)) };
    const outcome = await this.posting.post(unit, by.isDryRun);
    return { results: outcome.items.map(resultOf), key: request.key, isReplay: outcome.isReplay };
  }

  /** The item as the ledger takes it; one that cannot be drafted is refused in its turn. */
  itemOf(principalId: string, item: BatchItem): PostingItem {
    if ('refusal' in item) return { refusal: item.refusal };
    const [operation, asked] = 'business' in item ? ['record', comparable(item.business)] : ['journal', item.journal];
    const request = item.key === undefined ? undefined : this.requests.keyed(principalId, item.key, operation, asked);
    try {
      return { draft: this.draftOf(item), request };
    } catch (error) {
      return { refusal: this.failures.refusalOf(error) };
    }
  }

  private draftOf(item: { business: BusinessTransaction } | { journal: JournalTransaction }): Draft {
    const books = { now: this.clock.now(), calendar: this.calendar };
    return 'business' in item ? businessDraft(item.business, books) : journalDraft(item.journal, books);
  }
}

/** A verdict as callers see it. */
export function resultOf(outcome: ItemOutcome): ItemResult {
  if ('refusal' in outcome) return { status: 'rejected', error: outcome.refusal };
  return { status: outcome.isReplay ? 'replayed' : 'posted', transaction: outcome.answer.transaction };
}
