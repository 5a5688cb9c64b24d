import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { Database } from '#platform/database';
import { ScheduledJobEntity } from './scheduled-job.entity.js';

/** Finished runs are kept this long, for people who look: 7 days. */
const KEEP_RUNS_SECONDS = 7 * 86_400;

/** Which runs of jobs somebody has, or has finished. A run is the job's name and the beginning of its bucket of time. */
@Injectable()
export class ScheduledJobRepository {
  constructor(private readonly database: Database) {}

  /** Takes a run that nobody has, or whose replica died; of many that try, one does. */
  async claim(name: string, bucket: Date, leaseToken: string, leaseSeconds: number): Promise<boolean> {
    const { now, plus, past } = this.database.dialect;
    const lease = { leaseToken, leaseExpiresAt: () => plus(now, String(leaseSeconds)) };
    const isNew = await this.database.insertMany(ScheduledJobEntity, [{ name, bucket, ...lease }], { ignore: true });
    if (isNew === 1) return true;
    const dead = { name, bucket, finishedAt: IsNull(), leaseExpiresAt: past() };
    const again = { ...lease, attempts: () => 'attempts + 1' };
    return (await this.database.repository(ScheduledJobEntity).update(dead, again)).affected === 1;
  }

  /** Notes that a run came to its end, and forgets old ones of its job. */
  async finish(name: string, bucket: Date, leaseToken: string): Promise<void> {
    const { now, past } = this.database.dialect;
    const runs = this.database.repository(ScheduledJobEntity);
    await runs.update({ name, bucket, leaseToken }, { finishedAt: () => now });
    await runs.delete({ name, bucket: past(KEEP_RUNS_SECONDS) });
  }
}
