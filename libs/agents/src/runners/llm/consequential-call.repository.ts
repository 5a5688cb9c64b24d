import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';

/** Counts by one row an hour: who changes it sees every change before, so that the limit is exact over all processes. */
const TAKE = {
  name: 'agent_consequential_take',
  text: `
    INSERT INTO agent_consequential_hour AS h (hour, used) VALUES (date_trunc('hour', now(), 'UTC'), 1)
    ON CONFLICT (hour) DO UPDATE SET used = h.used + 1 WHERE $1::integer IS NULL OR h.used < $1
    RETURNING used`,
};

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
    const [row] = await this.database.query<{ used: number }>(TAKE, [limit ?? null]);
    if (row?.used === 1) {
      await this.database.execute(`DELETE FROM agent_consequential_hour WHERE hour < now() - interval '1 day'`);
    }
    return row?.used;
  }

  /** Milliseconds until the next hour. */
  async untilNextHour(): Promise<number> {
    const [row] = await this.database.query<{ ms: number }>(
      `SELECT ceil(extract(epoch FROM date_trunc('hour', now(), 'UTC') + interval '1 hour' - now()) * 1000)::integer AS ms`,
    );
    return row?.ms ?? 0;
  }
}
