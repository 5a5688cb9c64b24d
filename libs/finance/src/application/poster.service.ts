import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#platform/database';
import { AppException } from '#platform/kernel';
import { Metrics } from '#platform/observability';
import type { Draft } from '../domain/draft.js';
import { PostingOverloadedException, PostingRefusedException } from '../domain/finance.exceptions.js';
import type { KeyedRequest } from '../infrastructure/idempotency.js';
import { BatchPostingService, type Outcomes } from './batch-posting.service.js';
import type { PostingAnswer, PostingUnit, UnitOutcome } from './posting-unit.js';
import { SealService } from './seal.service.js';

/** Transactions in one commit, unless a single unit has more; some 25 ms of work. */
const MAX_BATCH = 500;

/** Transactions that may wait; more are told to come back. */
const MAX_WAITING = 10_000;

/** Batches that take the lock first once another replica was found to write. */
const LOCKED_TURNS = 20;

export interface PostingResult {
  answer: PostingAnswer;
  /** The answer is that of an earlier request with this key. */
  isReplay: boolean;
}

interface Waiting {
  readonly unit: PostingUnit;
  readonly resolve: (outcome: UnitOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Ends the transaction of a dry run. */
class RolledBack extends Error {
  constructor(readonly outcome: UnitOutcome | AppException) {
    super('Rolled back');
  }
}

/**
 * Posts transactions by natural batching: while one batch commits, the next fills. A single request pays one commit; under load
 * hundreds share one, and a hot account is written once a batch. Each gets its own verdict, in order of arrival, and only after
 * the commit. Several replicas may post at once: their batches take turns.
 */
@Injectable()
export class PosterService implements OnModuleInit {
  private readonly waiting: Waiting[] = [];
  private count = 0;
  private isPosting = false;
  /** Batches that take the lock first. */
  private lockedTurns = 0;

  constructor(
    private readonly batches: BatchPostingService,
    private readonly sealing: SealService,
    private readonly database: Database,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.gauge(
      'finance_postings_waiting',
      'Transactions waiting to be posted by this process.',
      () => this.count,
    );
  }

  /**
   * Posts one transaction; resolves after its commit.
   *
   * @param isDryRun goes the whole way and rolls back at its end
   * @throws AppException saying why it was refused; IdempotencyConflictException, PostingOverloadedException
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

  /** Posts a unit; resolves after its commit. @throws IdempotencyConflictException, PostingOverloadedException */
  postUnit(unit: PostingUnit): Promise<UnitOutcome> {
    if (this.count >= MAX_WAITING) return Promise.reject(new PostingOverloadedException());
    return new Promise((resolve, reject) => {
      this.waiting.push({ unit, resolve, reject });
      this.count += unit.items.length;
      if (!this.isPosting) void this.run();
    });
  }

  /** What posting the unit now would come to. @throws IdempotencyConflictException */
  async preview(unit: PostingUnit): Promise<UnitOutcome> {
    try {
      await this.sealing.prepare();
      return await this.database.transaction(async (tx) => {
        const [outcome] = await this.batches.runLocked(tx, [unit]);
        if (!outcome) throw new Error('A unit without outcome');
        throw new RolledBack(outcome);
      });
    } catch (error) {
      if (!(error instanceof RolledBack)) throw error;
      if (error.outcome instanceof AppException) throw error.outcome;
      return error.outcome;
    }
  }

  private async run(): Promise<void> {
    this.isPosting = true;
    while (this.waiting.length > 0) await this.commit(this.nextBatch());
    this.isPosting = false;
  }

  private nextBatch(): Waiting[] {
    let [units, items] = [0, 0];
    for (const { unit } of this.waiting) {
      if (units > 0 && items + unit.items.length > MAX_BATCH) break;
      units += 1;
      items += unit.items.length;
    }
    this.count -= items;
    return this.waiting.splice(0, units);
  }

  /** Commits a batch. What breaks a batch as a whole must not break its neighbours: they are then posted one by one. */
  private async commit(batch: Waiting[]): Promise<void> {
    try {
      const outcomes = await this.decide(batch.map(({ unit }) => unit));
      batch.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome && !(outcome instanceof AppException)) resolve(outcome);
        else reject(outcome);
      });
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const single of batch) await this.commit([single]);
    }
  }

  /**
   * Most often nobody else writes between a batch's reading and its writing: it then needs no lock, and two statements are all of it.
   * When another replica did, the batch takes its turn under the lock, as do the next ones, so that both get on.
   */
  private async decide(units: readonly PostingUnit[]): Promise<Outcomes> {
    await this.sealing.prepare();
    if (this.lockedTurns > 0) {
      this.lockedTurns -= 1;
    } else {
      const outcomes = await this.batches.run(this.database, units);
      if (outcomes) return outcomes;
      this.lockedTurns = LOCKED_TURNS;
    }
    return this.database.transaction((tx) => this.batches.runLocked(tx, units));
  }
}
