import { Injectable } from '@nestjs/common';
import { AppException, Clock } from '#platform/kernel';
import { businessDraft, type Draft } from '../domain/draft.js';
import { type Refusal, refusalOf } from '../domain/finance.exceptions.js';
import { type JournalTransaction, journalDraft } from '../domain/journal.js';
import type { BusinessTransaction } from '../domain/posting-rules.js';
import { KeyedRequestService } from './keyed-request.service.js';
import { PosterService } from './poster.service.js';
import type { ItemOutcome, PostingItem } from './posting-unit.js';
import type { WriteRequest } from './record-transaction.service.js';
import type { TransactionView } from './transaction-view.js';

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
    private readonly poster: PosterService,
    private readonly requests: KeyedRequestService,
    private readonly clock: Clock,
  ) {}

  /**
   * @param options.body what the request is compared with when its key comes again, as it came
   * @throws IdempotencyConflictException, PostingOverloadedException
   */
  async post(
    by: WriteRequest,
    items: readonly BatchItem[],
    options: { isAtomic: boolean; body: object },
  ): Promise<BatchResult> {
    const request = this.requests.keyed(by.principalId, by.key, 'batch', options.body);
    const unit = { request, isAtomic: options.isAtomic, items: items.map((item) => this.itemOf(by.principalId, item)) };
    const outcome = await (by.isDryRun ? this.poster.preview(unit) : this.poster.postUnit(unit));
    return { results: outcome.items.map(resultOf), key: request.key, isReplay: outcome.isReplay };
  }

  /** The item as the ledger takes it; one that cannot be drafted is refused in its turn. */
  itemOf(principalId: string, item: BatchItem): PostingItem {
    if ('refusal' in item) return { refusal: item.refusal };
    const [operation, asked] = 'business' in item ? ['record', item.business] : ['journal', item.journal];
    const request = item.key === undefined ? undefined : this.requests.keyed(principalId, item.key, operation, asked);
    try {
      return { draft: this.draftOf(item), request };
    } catch (error) {
      if (!(error instanceof AppException)) throw error;
      return { refusal: refusalOf(error) };
    }
  }

  private draftOf(item: { business: BusinessTransaction } | { journal: JournalTransaction }): Draft {
    const now = this.clock.now();
    return 'business' in item ? businessDraft(item.business, now) : journalDraft(item.journal, now);
  }
}

/** A verdict as callers see it. */
export function resultOf(outcome: ItemOutcome): ItemResult {
  if ('refusal' in outcome) return { status: 'rejected', error: outcome.refusal };
  return { status: outcome.isReplay ? 'replayed' : 'posted', transaction: outcome.answer.transaction };
}
