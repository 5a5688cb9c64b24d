import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { ConsequentialHourEntity } from '../../tables/consequential-hour.entity.js';

const HOUR_MS = 3_600_000;
const DAY_SECONDS = 86_400;

/** Consequential calls of language models by the hours of UTC, by the database's clock. */
@Injectable()
export class ConsequentialCallRepository {
  constructor(private readonly database: Database) {}

  /**
   * Counts one more call of this hour, unless so many were counted; `undefined` is no limit.
   *
   * @returns the calls of this hour, this one included; `undefined` when the limit is reached
   */
  async take(limit: number | undefined): Promise<number | undefined> {
    const used = await this.count(limit);
    if (used === 1) {
      const old = { hour: this.database.dialect.past(DAY_SECONDS) };
      await this.database.repository(ConsequentialHourEntity).delete(old);
    }
    return used;
  }

  /** Milliseconds until the next hour. */
  async untilNextHour(): Promise<number> {
    return HOUR_MS - ((await this.database.now()).getTime() % HOUR_MS);
  }

  /** Counts by one row an hour: who changes it sees every change before, so that the limit is exact over all processes. */
  private count(limit: number | undefined): Promise<number | undefined> {
    return this.database.transaction(async (tx) => {
      const now = (await tx.now()).getTime();
      const hour = new Date(now - (now % HOUR_MS));
      const hours = tx.repository(ConsequentialHourEntity);
      if ((await tx.insertMany(ConsequentialHourEntity, [{ hour, used: 1 }], { ignore: true })) === 1) return 1;
      const change = hours
        .createQueryBuilder()
        .update()
        .set({ used: () => 'used + 1' })
        .where({ hour });
      if (limit !== undefined) change.andWhere('used < :limit', { limit });
      if ((await change.execute()).affected === 0) return undefined;
      return (await hours.findOneByOrFail({ hour })).used;
    });
  }
}
