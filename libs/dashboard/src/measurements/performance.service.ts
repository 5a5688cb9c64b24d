import { Injectable } from '@nestjs/common';
import { Clock, type LatencyCounts, percentileOf } from '#platform/kernel';
import { type Measurement, MeasurementRepository, type Step } from './measurement.repository.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Up to this many hours a series has a point for each minute; beyond it for each hour. */
const MINUTE_STEP_HOURS = 6;

/** Minutes and hours whose percentiles are remembered; twice what is kept of them. */
const MOST_KNOWN = 10_000;

/** How the service performed in one minute or hour. Times in milliseconds; `null` where there were no requests. */
export interface PerformancePoint {
  timestamp: Date;
  responseTime: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  cpuUsage: number | null;
  memoryUsage: number | null;
  requestsPerMinute: number;
  /** Share of answers that were 5xx. */
  errorRate: number | null;
}

/** How the service performs right now: the last minute, as far as it is measured. */
export interface CurrentPerformance {
  requestsPerMinute: number;
  averageMs: number | null;
  p95Ms: number | null;
  errorRate: number | null;
  /** Share of the last hour's requests within the objective. */
  sloCompliance: number | null;
  cpuPercent: number | null;
  memoryPercent: number | null;
}

/** Percentiles of one minute or hour, in milliseconds. */
type Percentiles = Pick<PerformancePoint, 'p50' | 'p95' | 'p99'>;

/** Reads what the replicas measured. */
@Injectable()
export class PerformanceService {
  /**
   * Percentiles by step, minute or hour, and how many requests they are of. Latencies are written together with that number, so they are as they
   * were while it is; a week has 168 hours of some 200 slots, of which all but the last stay as they are.
   */
  private readonly known = new Map<string, { requests: number; percentiles: Percentiles }>();

  constructor(
    private readonly measurements: MeasurementRepository,
    private readonly clock: Clock,
  ) {}

  /** The last `hours` hours, oldest first; times in which nothing ran have no point. */
  async history(hours: number): Promise<PerformancePoint[]> {
    const step: Step = hours <= MINUTE_STEP_HOURS ? 'minute' : 'hour';
    const since = new Date(this.clock.millis() - hours * HOUR_MS);
    const series = await this.measurements.series(step, since);
    const percentiles = await this.percentiles(step, series);
    return series.map((measurement) => this.toPoint(measurement, step, percentiles.get(measurement)));
  }

  /** The last sixty seconds: the current minute, and of the one before the share that is not yet a minute ago. */
  async current(): Promise<CurrentPerformance> {
    const now = this.clock.millis();
    const hour = await this.measurements.series('minute', new Date(now - HOUR_MS));
    const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
    const recent = hour.filter(({ bucket }) => bucket.getTime() >= minute - MINUTE_MS);
    const latencies = await this.measurements.latencies(
      'minute',
      recent.map(({ bucket }) => bucket),
    );
    const elapsed = (now - minute) / MINUTE_MS;
    const requestsPerMinute = recent.reduce(
      (sum, { bucket, requests }) => sum + requests * (bucket.getTime() === minute ? 1 : 1 - elapsed),
      0,
    );
    const requests = sumOf(recent, 'requests');
    const hourRequests = sumOf(hour, 'requests');
    const latest = recent.at(-1);
    return {
      requestsPerMinute: Math.round(requestsPerMinute),
      averageMs: requests > 0 ? round(sumOf(recent, 'durationMs') / requests) : null,
      p95Ms: roundOrNull(percentileOf(sumOfLatencies([...latencies.values()]), 0.95)),
      errorRate: requests > 0 ? sumOf(recent, 'serverErrors') / requests : null,
      sloCompliance: hourRequests > 0 ? round(sumOf(hour, 'withinObjective') / hourRequests, 4) : null,
      cpuPercent: roundOrNull(latest?.cpuPercent ?? null),
      memoryPercent: roundOrNull(latest?.memoryPercent ?? null),
    };
  }

  private async percentiles(step: Step, series: readonly Measurement[]): Promise<Map<Measurement, Percentiles>> {
    const found = new Map<Measurement, Percentiles>();
    for (const measurement of series) {
      const known = this.known.get(keyOf(step, measurement.bucket));
      if (known?.requests === measurement.requests) found.set(measurement, known.percentiles);
    }
    const changed = series.filter((measurement) => !found.has(measurement));
    const buckets = changed.map(({ bucket }) => bucket);
    const latencies = await this.measurements.latencies(step, buckets);
    if (this.known.size > MOST_KNOWN) this.known.clear();
    for (const measurement of changed) {
      const { bucket, requests } = measurement;
      const percentiles = percentilesOf(latencies.get(bucket.getTime()));
      this.known.set(keyOf(step, bucket), { requests, percentiles });
      found.set(measurement, percentiles);
    }
    return found;
  }

  private toPoint(measurement: Measurement, step: Step, percentiles = percentilesOf()): PerformancePoint {
    const { bucket, requests, durationMs, serverErrors, cpuPercent, memoryPercent } = measurement;
    const length = step === 'minute' ? MINUTE_MS : HOUR_MS;
    // The last point is still running: its rate is over the time that has passed.
    const passed = Math.min(length, Math.max(1_000, this.clock.millis() - bucket.getTime()));
    return {
      timestamp: bucket,
      responseTime: requests > 0 ? round(durationMs / requests) : null,
      ...percentiles,
      cpuUsage: roundOrNull(cpuPercent),
      memoryUsage: roundOrNull(memoryPercent),
      requestsPerMinute: round((requests * MINUTE_MS) / passed),
      errorRate: requests > 0 ? serverErrors / requests : null,
    };
  }
}

function sumOf(series: Measurement[], field: 'requests' | 'durationMs' | 'serverErrors' | 'withinObjective'): number {
  return series.reduce((sum, measurement) => sum + measurement[field], 0);
}

function keyOf(step: Step, bucket: Date): string {
  return `${step} ${bucket.getTime()}`;
}

function percentilesOf(latencies: LatencyCounts = new Map()): Percentiles {
  return {
    p50: roundOrNull(percentileOf(latencies, 0.5)),
    p95: roundOrNull(percentileOf(latencies, 0.95)),
    p99: roundOrNull(percentileOf(latencies, 0.99)),
  };
}

function sumOfLatencies(some: readonly LatencyCounts[]): LatencyCounts {
  const sum = new Map<number, number>();
  for (const latencies of some) {
    for (const [slot, count] of latencies) sum.set(slot, (sum.get(slot) ?? 0) + count);
  }
  return sum;
}

function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

function roundOrNull(value: number | null): number | null {
  return value === null ? null : round(value);
}
