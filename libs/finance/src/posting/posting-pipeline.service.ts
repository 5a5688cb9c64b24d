import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { AppException } from '#platform/kernel';
import { LedgerCommitService, type Outcomes, type SealedCommit } from './ledger-commit.service.js';
import { SealService } from './seal.service.js';
import type { WaitingUnit, WaitingUnits } from './waiting-units.js';
import { WritePace } from './write-pace.js';

/** Transactions in one commit, unless a single unit has more; some 25 ms of work. */
const MAX_ITEMS = 500;

/** So few transactions always share one commit. */
const FEW = 16;

/** Commits that take the lock first once another replica was found to write. */
const LOCKED_COMMITS = 20;

/** Units of one commit whose turn has come, prepared already or not yet. */
interface Turn {
  readonly units: readonly WaitingUnit[];
  readonly sealed?: SealedCommit | undefined;
}

/**
 * Commits what waits, one commit after the other: take units, prepare, write, settle. While one is written the next is prepared, if as many wait
 * by then (docs/adr/0010). Most often no other replica writes in between: then no lock is needed, and two statements are all of it. When one
 * did, the commit takes its turn under the lock, as do the next ones, so that both get on.
 */
@Injectable()
export class PostingPipelineService {
  private readonly pace = new WritePace();
  private lockedCommits = 0;

  constructor(
    private readonly commits: LedgerCommitService,
    private readonly sealing: SealService,
    private readonly database: Database,
  ) {}

  /** Until nothing waits any more. */
  async drain(waiting: WaitingUnits): Promise<void> {
    let next: Turn | undefined;
    while (next || !waiting.isEmpty)
      next = await this.commit(next ?? { units: waiting.take(this.share(waiting)) }, waiting);
  }

  /** @returns the turn after this one, if it was begun meanwhile */
  private async commit(turn: Turn, waiting: WaitingUnits): Promise<Turn | undefined> {
    const { units } = turn;
    let next: Turn | undefined;
    try {
      await this.sealing.prepare();
      const sealed = turn.sealed ?? (await this.prepareUnlocked(units));
      if (sealed) {
        const written = this.write(sealed, units);
        next = await this.prepareNext(sealed, written, sizeOf(units), waiting);
        if (await written) return next;
        this.lockedCommits = LOCKED_COMMITS;
      }
      await this.commitLocked(units);
    } catch (error) {
      await this.commitSingly(units, error);
    }
    // Prepared on top of a commit that was not written as it was: to be prepared again.
    return next && { units: next.units };
  }

  private async prepareUnlocked(units: readonly WaitingUnit[]): Promise<SealedCommit | undefined> {
    if (this.lockedCommits === 0) return this.commits.prepare(this.database, units.map(unitOf));
    this.lockedCommits -= 1;
    return undefined;
  }

  /** @returns whether it was written; its callers have their answers then */
  private write(sealed: SealedCommit, units: readonly WaitingUnit[]): Promise<boolean> {
    this.pace.begin();
    const written = this.commits.write(this.database, sealed).then((isWritten) => {
      this.pace.end();
      if (isWritten) settle(units, sealed.outcomes);
      return isWritten;
    });
    // Whoever waits for it gets its failure; until then it must not count as unhandled.
    written.catch(() => undefined);
    return written;
  }

  /** Only one that is as large: smaller ones would be cut short, and their commits be shared by fewer. */
  private async prepareNext(
    before: SealedCommit,
    written: Promise<unknown>,
    size: number,
    waiting: WaitingUnits,
  ): Promise<Turn | undefined> {
    const enough = Math.min(MAX_ITEMS, Math.max(size, FEW));
    await waiting.untilCount(enough, written);
    if (waiting.count < enough) return undefined;
    const units = waiting.take(MAX_ITEMS);
    // Should it fail, it fails again in its turn, and is then dealt with.
    const sealed = await this.commits.prepareAfter(before, this.database, units.map(unitOf)).catch(() => undefined);
    return { units, sealed };
  }

  private async commitLocked(units: readonly WaitingUnit[]): Promise<void> {
    settle(units, await this.database.transaction((tx) => this.commits.runLocked(tx, units.map(unitOf))));
  }

  /** What breaks a commit as a whole must not break its neighbours. */
  private async commitSingly(units: readonly WaitingUnit[], failure: unknown): Promise<void> {
    if (units.length === 1) return units[0]?.reject(failure);
    for (const unit of units) await this.commitLocked([unit]).catch(unit.reject);
  }

  /**
   * How many to take while nothing is being written. Half of those that wait, if they come in more slowly than they are written: the
   * other half is prepared meanwhile, and answered while the callers of the first ask anew.
   */
  private share({ count }: WaitingUnits): number {
    return count > FEW && count < MAX_ITEMS && this.pace.isFast ? Math.ceil(count / 2) : MAX_ITEMS;
  }
}

function unitOf({ unit }: WaitingUnit): WaitingUnit['unit'] {
  return unit;
}

function sizeOf(units: readonly WaitingUnit[]): number {
  return units.reduce((sum, { unit }) => sum + unit.items.length, 0);
}

function settle(units: readonly WaitingUnit[], outcomes: Outcomes): void {
  units.forEach(({ resolve, reject }, index) => {
    const outcome = outcomes[index];
    if (outcome && !(outcome instanceof AppException)) resolve(outcome);
    else reject(outcome);
  });
}
