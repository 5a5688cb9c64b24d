import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#platform/database';
import { AppException, currentContext } from '#platform/kernel';
import { Metrics } from '#platform/observability';
import { PostingOverloadedException, PostingRefusedException } from '../books/finance.exceptions.js';
import type { Origin } from '../books/transaction.js';
import type { Draft } from '../drafts/draft.js';
import { inTransaction } from '../drafts/dry-run.postgres.js';
import type { KeyedRequest } from './keyed-request.js';
import { LedgerCommitService } from './ledger-commit.service.js';
import { PostingPipelineService } from './posting-pipeline.service.js';
import type { PostingAnswer, PostingUnit, UnitOutcome } from './posting-unit.js';
import { SealService } from './seal.service.js';
import { WaitingUnits } from './waiting-units.js';

/** Transactions that may wait; more are told to come back. */
const MAX_WAITING = 10_000;

export interface PostingResult {
  answer: PostingAnswer;
  /** The answer is that of an earlier request with this key. */
  isReplay: boolean;
}

/**
 * Posts transactions together: while one commit is written, the next fills. A single request pays one commit; under load hundreds share one, and a
 * hot account is written once a commit. Each gets its own verdict, in order of arrival, and only after the commit.
 */
@Injectable()
export class PostingQueueService implements OnModuleInit {
  private readonly waiting = new WaitingUnits();
  private isDraining = false;

  constructor(
    private readonly pipeline: PostingPipelineService,
    private readonly commits: LedgerCommitService,
    private readonly sealing: SealService,
    private readonly database: Database,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.gauge(
      'finance_postings_waiting',
      'Transactions waiting to be posted by this process.',
      () => this.waiting.count,
    );
  }

  /**
   * Posts one transaction; resolves after its commit.
   *
   * @param isDryRun goes the whole way and rolls back at its end
   * @throws AppException saying why it was refused; PostingKeyReusedException, PostingOverloadedException
   */
  async post(request: KeyedRequest, draft: Draft, isDryRun = false): Promise<PostingResult> {
    const unit: PostingUnit = { items: [{ draft, request }], isAtomic: false };
    const { items } = await (isDryRun ? this.preview(unit) : this.postUnit(unit));
    const [outcome] = items;
    if (!outcome) throw new Error('A posting without outcome');
    const isReplay = outcome.isReplay ?? false;
    if ('refusal' in outcome) throw new PostingRefusedException(outcome.refusal, isReplay);
    return { answer: outcome.answer, isReplay };
  }

  /** Posts a unit; resolves after its commit. @throws PostingKeyReusedException, PostingOverloadedException */
  postUnit(unit: PostingUnit): Promise<UnitOutcome> {
    if (this.waiting.count >= MAX_WAITING) return Promise.reject(new PostingOverloadedException());
    const outcome = this.waiting.add({ ...unit, origin: originNow() });
    if (!this.isDraining) void this.drain();
    return outcome;
  }

  /** What posting the unit now would come to. @throws PostingKeyReusedException */
  async preview(unit: PostingUnit): Promise<UnitOutcome> {
    const origin = originNow();
    await this.sealing.prepare();
    const [outcome] = await inTransaction(this.database, true, (tx) =>
      this.commits.runLocked(tx, [{ ...unit, origin }]),
    );
    if (!outcome) throw new Error('A unit without outcome');
    if (outcome instanceof AppException) throw outcome;
    return outcome;
  }

  private async drain(): Promise<void> {
    this.isDraining = true;
    await this.pipeline.drain(this.waiting);
    this.isDraining = false;
  }
}

/** Of whoever asks: what is posted together comes from many. */
function originNow(): Origin {
  const context = currentContext();
  return { createdBy: context?.principalId ?? null, correlationId: context?.correlationId ?? null };
}
