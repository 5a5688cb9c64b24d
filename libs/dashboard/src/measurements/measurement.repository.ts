import { Injectable } from '@nestjs/common';
import { In, MoreThanOrEqual } from 'typeorm';
import { Database } from '#platform/database';
import type { LatencyCounts } from '#platform/kernel';
import { LatencyEntity } from '../tables/latency.entity.js';
import { MeasurementEntity } from '../tables/measurement.entity.js';

/** How fine a series is. */
export type Step = 'minute' | 'hour';

/** What one replica measured since it last wrote. */
export interface MeasurementDelta {
  requests: number;
  serverErrors: number;
  withinObjective: number;
  durationMs: number;
  cpuPercentSum: number;
  memoryPercentSum: number;
  samples: number;
  latencies: LatencyCounts;
}

/** Everything measured in one minute or hour, by all replicas. */
export interface Measurement {
  bucket: Date;
  requests: number;
  serverErrors: number;
  withinObjective: number;
  durationMs: number;
  /** Mean over the samples, in percent; `null` without any. */
  cpuPercent: number | null;
  memoryPercent: number | null;
}

const STEP_MS: Record<Step, number> = { minute: 60_000, hour: 3_600_000 };

/** In the order of the key: replicas that write at once then wait for each other instead of deadlocking. */
const STEPS: readonly Step[] = ['hour', 'minute'];

const ADDED = {
  requests: 'add',
  serverErrors: 'add',
  withinObjective: 'add',
  durationMs: 'add',
  cpuPercentSum: 'add',
  memoryPercentSum: 'add',
  samples: 'add',
} as const;

/** Measurements of all replicas, by minute and hour. */
@Injectable()
export class MeasurementRepository {
  constructor(private readonly database: Database) {}

  /** Adds what a replica measured to the minute and the hour of `at`, in one commit. */
  async add(at: Date, delta: MeasurementDelta): Promise<void> {
    const { latencies, ...totals } = delta;
    const buckets = STEPS.map((step) => ({
      step,
      bucket: new Date(Math.floor(at.getTime() / STEP_MS[step]) * STEP_MS[step]),
    }));
    const slots = [...latencies].sort(([a], [b]) => a - b);
    await this.database.transaction(async (tx) => {
      const rows = buckets.map((bucket) => ({ ...bucket, ...totals }));
      await tx.insertMany(MeasurementEntity, rows, { key: ['step', 'bucket'], set: ADDED });
      const counts = buckets.flatMap((bucket) => slots.map(([slot, requests]) => ({ ...bucket, slot, requests })));
      const key = ['step', 'bucket', 'slot'] as const;
      if (counts.length > 0) await tx.insertMany(LatencyEntity, counts, { key, set: { requests: 'add' } });
    });
  }

  /** From the minute or hour of `since` on, oldest first; a time without measurements has no row. */
  async series(step: Step, since: Date): Promise<Measurement[]> {
    const rows = await this.database
      .repository(MeasurementEntity)
      .find({ where: { step, bucket: MoreThanOrEqual(since) }, order: { bucket: 'ASC' } });
    return rows.map(({ cpuPercentSum, memoryPercentSum, samples, ...sums }) => ({
      ...sums,
      cpuPercent: samples === 0 ? null : cpuPercentSum / samples,
      memoryPercent: samples === 0 ? null : memoryPercentSum / samples,
    }));
  }

  /** Latencies of some minutes or hours, by the milliseconds of their beginning; where nothing was asked there are none. */
  async latencies(step: Step, buckets: readonly Date[]): Promise<Map<number, LatencyCounts>> {
    const found = new Map<number, Map<number, number>>();
    if (buckets.length === 0) return found;
    const rows = await this.database.repository(LatencyEntity).findBy({ step, bucket: In(buckets) });
    for (const { bucket, slot, requests } of rows) {
      const counts = found.get(bucket.getTime()) ?? new Map<number, number>();
      found.set(bucket.getTime(), counts.set(slot, requests));
    }
    return found;
  }

  /** Removes minutes and hours that no answer needs any more. */
  async deleteOlderThan(step: Step, days: number): Promise<void> {
    const old = { step, bucket: this.database.dialect.past(days * 86_400) };
    await this.database.repository(LatencyEntity).delete(old);
    await this.database.repository(MeasurementEntity).delete(old);
  }
}
