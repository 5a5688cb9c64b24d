import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { LatencyCounts } from './latency-histogram.js';

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

interface Row extends Record<string, unknown> {
  bucket: Date;
  requests: string;
  server_errors: string;
  within_objective: string;
  duration_ms: number;
  cpu_percent: number | null;
  memory_percent: number | null;
}

const ADD = {
  name: 'dashboard_measurement_add',
  text: `
    INSERT INTO dashboard_measurement AS m
      (step, bucket, requests, server_errors, within_objective, duration_ms, cpu_percent_sum, memory_percent_sum, samples)
    SELECT step, date_trunc(step, $1::timestamptz), $2, $3, $4, $5, $6, $7, $8
    FROM unnest(ARRAY['hour', 'minute']) AS step
    ON CONFLICT (step, bucket) DO UPDATE SET
      requests = m.requests + excluded.requests,
      server_errors = m.server_errors + excluded.server_errors,
      within_objective = m.within_objective + excluded.within_objective,
      duration_ms = m.duration_ms + excluded.duration_ms,
      cpu_percent_sum = m.cpu_percent_sum + excluded.cpu_percent_sum,
      memory_percent_sum = m.memory_percent_sum + excluded.memory_percent_sum,
      samples = m.samples + excluded.samples`,
};

/** Rows are touched in key order, so that replicas that write at once wait for each other instead of deadlocking. */
const ADD_LATENCIES = {
  name: 'dashboard_latency_add',
  text: `
    INSERT INTO dashboard_latency AS l (step, bucket, slot, requests)
    SELECT step, date_trunc(step, $1::timestamptz), slot, requests
    FROM unnest(ARRAY['hour', 'minute']) AS step, unnest($2::smallint[], $3::bigint[]) AS counted (slot, requests)
    ORDER BY 1, 2, 3
    ON CONFLICT (step, bucket, slot) DO UPDATE SET requests = l.requests + excluded.requests`,
};

const SERIES = {
  name: 'dashboard_measurement_series',
  text: `
    SELECT bucket, requests, server_errors, within_objective, duration_ms,
           cpu_percent_sum / nullif(samples, 0) AS cpu_percent, memory_percent_sum / nullif(samples, 0) AS memory_percent
    FROM dashboard_measurement WHERE step = $1 AND bucket >= $2 ORDER BY bucket`,
};

const LATENCIES = {
  name: 'dashboard_latencies',
  text: `
    SELECT bucket, array_agg(slot) AS slots, array_agg(requests) AS counts
    FROM dashboard_latency WHERE step = $1 AND bucket = ANY($2::timestamptz[]) GROUP BY bucket`,
};

/** Measurements of all replicas, by minute and hour. */
@Injectable()
export class MeasurementRepository {
  constructor(private readonly database: Database) {}

  /** Adds what a replica measured to the minute and the hour of `at`, in one commit. */
  async add(at: Date, delta: MeasurementDelta): Promise<void> {
    const { requests, serverErrors, withinObjective, durationMs, cpuPercentSum, memoryPercentSum, samples } = delta;
    const totals = [requests, serverErrors, withinObjective, durationMs, cpuPercentSum, memoryPercentSum, samples];
    await this.database.transaction(async (tx) => {
      await tx.execute(ADD, [at, ...totals]);
      if (delta.latencies.size === 0) return;
      await tx.execute(ADD_LATENCIES, [at, [...delta.latencies.keys()], [...delta.latencies.values()]]);
    });
  }

  /** From the minute or hour of `since` on, oldest first; a time without measurements has no row. */
  async series(step: Step, since: Date): Promise<Measurement[]> {
    return (await this.database.query<Row>(SERIES, [step, since])).map((row) => ({
      bucket: row.bucket,
      requests: Number(row.requests),
      serverErrors: Number(row.server_errors),
      withinObjective: Number(row.within_objective),
      durationMs: row.duration_ms,
      cpuPercent: row.cpu_percent,
      memoryPercent: row.memory_percent,
    }));
  }

  /** Latencies of some minutes or hours, by the milliseconds of their beginning; where nothing was asked there are none. */
  async latencies(step: Step, buckets: readonly Date[]): Promise<Map<number, LatencyCounts>> {
    if (buckets.length === 0) return new Map();
    const rows = await this.database.query<{ bucket: Date; slots: number[]; counts: string[] }>(LATENCIES, [
      step,
      buckets,
    ]);
    return new Map(
      rows.map(({ bucket, slots, counts }) => [
        bucket.getTime(),
        new Map(slots.map((slot, index) => [slot, Number(counts[index])])),
      ]),
    );
  }

  /** Removes minutes and hours that no answer needs any more. */
  async deleteOlderThan(step: Step, days: number): Promise<void> {
    for (const table of ['dashboard_latency', 'dashboard_measurement']) {
      await this.database.execute(
        `DELETE FROM ${table} WHERE step = $1 AND bucket < now() - make_interval(days => $2)`,
        [step, days],
      );
    }
  }
}
