import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#platform/database';
import { AppException } from '#platform/kernel';
import { Metrics } from '#platform/observability';
import type { Draft } from '../drafts/draft.js';
import { PostingOverloadedException, PostingRefusedException } from '../books/finance.exceptions.js';
import type { KeyedRequest } from './keyed-request.js';
import { LedgerCommitService, type Outcomes, type SealedCommit } from './ledger-commit.service.js';
import { inTransaction } from './dry-run.postgres.js';
import type { PostingAnswer, PostingUnit, UnitOutcome } from './posting-unit.js';
import { SealService } from './seal.service.js';
import { WritePace } from './write-pace.js';

/** Transactions in one commit, unless a single unit has more; some 25 ms of work. */
const MAX_BATCH = 500;

/** So few transactions always share one commit. */
const FEW = 16;

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

/** A batch whose turn has come, decided already or not yet. */
interface Turn {
  readonly batch: Waiting[];
  readonly sealed?: SealedCommit | undefined;
}

/**
 * Posts transactions by natural batching: while one batch commits, the next fills, and is decided once it is as large. A single
 * request pays one commit; under load hundreds share one, and a hot account is written once a batch. Each gets its own verdict,
 * in order of arrival, and only after the commit. Several replicas may post at once: their batches take turns.
 */
@Injectable()
export class PostingQueueService implements OnModuleInit {
  private readonly waiting: Waiting[] = [];
  private count = 0;
  private isPosting = false;
  /** Called when as many wait as `enough` says. */
  private onEnough: () => void = () => undefined;
  private enough = MAX_BATCH;
  private readonly pace = new WritePace();
  /** Batches that take the lock first. */
  private lockedTurns = 0;

  constructor(
    private readonly batches: LedgerCommitService,
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
      if (this.count >= this.enough) this.onEnough();
      if (!this.isPosting) void this.run();
    });
  }

  /** What posting the unit now would come to. @throws IdempotencyConflictException */
  async preview(unit: PostingUnit): Promise<UnitOutcome> {
    await this.sealing.prepare();
    const [outcome] = await inTransaction(this.database, true, (tx) => this.batches.runLocked(tx, [unit]));
    if (!outcome) throw new Error('A unit without outcome');
    if (outcome instanceof AppException) throw outcome;
    return outcome;
  }

  private async run(): Promise<void> {
    this.isPosting = true;
    let next: Turn | undefined;
    while (next || this.waiting.length > 0) next = await this.take(next ?? { batch: this.nextBatch(this.share) });
    this.isPosting = false;
  }

  /**
   * Commits a batch.
   *
   * @returns the turn after this one, if it was begun meanwhile
   */
  private async take({ batch, sealed: decided }: Turn, looksAhead = true): Promise<Turn | undefined> {
    let next: Turn | undefined;
    try {
      await this.sealing.prepare();
      const sealed = decided ?? (await this.decide(batch));
      if (sealed) {
        const { outcomes } = sealed;
        this.pace.begin();
        const written = this.batches.write(this.database, sealed).then((isWritten) => {
          this.pace.end();
          if (isWritten) settle(batch, outcomes);
          return isWritten;
        });
        // Whoever waits for it gets its failure; until then it must not count as unhandled.
        written.catch(() => undefined);
        if (looksAhead) next = await this.decideAhead(sealed, written, sizeOf(batch));
        if (await written) return next;
        this.lockedTurns = LOCKED_TURNS;
      }
      const units = unitsOf(batch);
      settle(batch, await this.database.transaction((tx) => this.batches.runLocked(tx, units)));
    } catch (error) {
      // What breaks a batch as a whole must not break its neighbours: they are then posted one by one.
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const single of batch) await this.take({ batch: [single] }, false);
    }
    // Decided on top of a batch that was not written as it was: it has to be decided again.
    return next && { batch: next.batch };
  }

  /**
   * Most often nobody else writes between a batch's reading and its writing: it then needs no lock, and two statements are all of it.
   * When another replica did, the batch takes its turn under the lock, as do the next ones, so that both get on.
   */
  private async decide(batch: Waiting[]): Promise<SealedCommit | undefined> {
    if (this.lockedTurns === 0) return this.batches.decide(this.database, unitsOf(batch));
    this.lockedTurns -= 1;
    return undefined;
  }

  /**
   * While a batch is written, the next one is decided on top of it. Only one that is as large: smaller ones would be cut short, and
   * their commits be shared by fewer.
   */
  private async decideAhead(before: SealedCommit, written: Promise<unknown>, size: number): Promise<Turn | undefined> {
    this.enough = Math.min(MAX_BATCH, Math.max(size, FEW));
    if (this.count < this.enough) {
      const arrived = new Promise<void>((resolve) => (this.onEnough = resolve));
      await Promise.race([arrived, written]).catch(() => undefined);
    }
    if (this.count < this.enough) return undefined;
    const batch = this.nextBatch(MAX_BATCH);
    // Should it fail, it fails again in its turn, and is then dealt with.
    const sealed = await this.batches.decideAfter(before, this.database, unitsOf(batch)).catch(() => undefined);
    return { batch, sealed };
  }

  /**
   * How many to take while nothing is being written. Half of those that wait, if they come in more slowly than they are written: the
   * other half is decided meanwhile, and answered while the callers of the first ask anew.
   */
  private get share(): number {
    return this.count > FEW && this.count < MAX_BATCH && this.pace.isFast ? Math.ceil(this.count / 2) : MAX_BATCH;
  }

  private nextBatch(limit: number): Waiting[] {
    let [units, items] = [0, 0];
    for (const { unit } of this.waiting) {
      if (units > 0 && items + unit.items.length > limit) break;
      units += 1;
      items += unit.items.length;
    }
    this.count -= items;
    return this.waiting.splice(0, units);
  }
}

function unitsOf(batch: readonly Waiting[]): PostingUnit[] {
  return batch.map(({ unit }) => unit);
}

function sizeOf(batch: readonly Waiting[]): number {
  return batch.reduce((sum, { unit }) => sum + unit.items.length, 0);
}

function settle(batch: readonly Waiting[], outcomes: Outcomes): void {
  batch.forEach(({ resolve, reject }, index) => {
    const outcome = outcomes[index];
    if (outcome && !(outcome instanceof AppException)) resolve(outcome);
    else reject(outcome);
  });
}
