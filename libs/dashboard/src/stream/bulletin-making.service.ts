import { Injectable } from '@nestjs/common';
import { AuditReadService } from '#auth';
import { FinanceReadService } from '#finance';
import { Database } from '#platform/database';
import { MOST_CHANGES } from './bulletin.js';
import { BulletinRepository, type LastBulletin } from './bulletin.repository.js';

/** Ends of the chains, as far as they were committed when it was looked. */
interface Ends {
  readonly audit: number;
  readonly block: number;
}

/**
 * Makes bulletins of what was committed. Whoever reads makes them: where nobody does, nothing is done but a job's run each minute.
 *
 * A change that was noted early may be committed late; it is told of in whichever bulletin is made next. So the numbers of bulletins, not
 * those of changes, say how far somebody has read.
 */
@Injectable()
export class BulletinMakingService {
  constructor(
    private readonly bulletins: BulletinRepository,
    private readonly audit: AuditReadService,
    private readonly finance: FinanceReadService,
    private readonly database: Database,
  ) {}

  /**
   * Makes bulletins of all that happened, unless another process is making some just now.
   *
   * @returns number of the last one; everything that was committed before the call is in it or in one before, or will be in a later one
   */
  async catchUp(): Promise<number> {
    const [audit, block, last, isWaiting] = await Promise.all([
      this.audit.position(),
      this.finance.position(),
      this.bulletins.last(),
      this.bulletins.isWaiting(),
    ]);
    const ends = { audit, block };
    if (last && !isWaiting && !isAhead(ends, last)) return last.number;
    while (await this.make(ends));
    return (await this.bulletins.last())?.number ?? 0;
  }

  /** Makes one bulletin. @returns whether there may be more to make */
  private make(ends: Ends): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      if (!(await tx.tryLock('bulletins'))) return false;
      const last = await this.bulletins.last(tx);
      const { changes, notedAt } = await this.bulletins.takeChanges(tx, MOST_CHANGES);
      if (last && changes.length === 0 && !isAhead(ends, last)) return false;
      // The first one begins where the chains are: what happened before anybody asked is no news.
      const { number, auditTo, blocksTo } = last ?? { number: 0, auditTo: ends.audit, blocksTo: ends.block };
      await this.bulletins.insert(tx, {
        number: number + 1,
        auditAfter: auditTo,
        // Another process may have looked later.
        auditTo: Math.max(auditTo, ends.audit),
        blocksAfter: blocksTo,
        blocksTo: Math.max(blocksTo, ends.block),
        changes,
        notedAt,
      });
      return changes.length === MOST_CHANGES;
    });
  }
}

function isAhead({ audit, block }: Ends, { auditTo, blocksTo }: LastBulletin): boolean {
  return audit > auditTo || block > blocksTo;
}
