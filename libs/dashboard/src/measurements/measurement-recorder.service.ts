import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { RepeatedWork, ScheduledJobs } from '#platform/jobs';
import { Clock, slotOf } from '#platform/kernel';
import { AppLogger, type FinishedRequest, Metrics } from '#platform/observability';
import { MachineLoadClient } from './machine-load.client.js';
import { type MeasurementDelta, MeasurementRepository } from './measurement.repository.js';

/** The service level objective: this share of time a request may take, in milliseconds. */
export const OBJECTIVE_MS = 200;

const FLUSH_MS = 1_000;
const KEEP_DAYS = { minute: 2, hour: 62 } as const;

/** Routes that machines ask all day long; they say nothing about how the company is served. */
const UNCOUNTED = /^\/(health|metrics|docs)/;

interface Delta extends MeasurementDelta {
  latencies: Map<number, number>;
}

/**
 * Counts every finished request of this replica in memory, and adds the counts to the shared minute and hour once a second.
 * While the database is away the counts wait; they are written, late, to the minute it came back in.
 */
@Injectable()
export class MeasurementRecorderService implements OnModuleInit, OnApplicationShutdown {
  private delta = emptyDelta();
  private readonly writes = new RepeatedWork(
    FLUSH_MS,
    () => this.write(),
    (error) => this.logger.debug(`Measurements wait for the database: ${String(error)}`, 'Dashboard'),
  );

  constructor(
    private readonly measurements: MeasurementRepository,
    private readonly load: MachineLoadClient,
    private readonly metrics: Metrics,
    private readonly jobs: ScheduledJobs,
    private readonly logger: AppLogger,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.metrics.onRequest((request) => this.count(request));
    this.writes.start();
    this.jobs.register({
      name: 'dashboard.delete-old-measurements',
      everySeconds: 3600,
      run: async () => {
        await this.measurements.deleteOlderThan('minute', KEEP_DAYS.minute);
        await this.measurements.deleteOlderThan('hour', KEEP_DAYS.hour);
      },
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.writes.wake();
    await this.writes.stop();
  }

  private count({ route, status, durationMs }: FinishedRequest): void {
    if (UNCOUNTED.test(route)) return;
    const { delta } = this;
    delta.requests += 1;
    delta.durationMs += durationMs;
    if (status >= 500) delta.serverErrors += 1;
    if (durationMs <= OBJECTIVE_MS) delta.withinObjective += 1;
    const slot = slotOf(durationMs);
    delta.latencies.set(slot, (delta.latencies.get(slot) ?? 0) + 1);
  }

  /** Writes what was counted since the last time. */
  private async write(): Promise<void> {
    const { cpuPercent, memoryPercent } = this.load.read();
    const delta = this.delta;
    this.delta = emptyDelta();
    delta.cpuPercentSum += cpuPercent;
    delta.memoryPercentSum += memoryPercent;
    delta.samples += 1;
    try {
      await this.measurements.add(this.clock.now(), delta);
    } catch (error) {
      merge(this.delta, delta);
      throw error;
    }
  }
}

function emptyDelta(): Delta {
  return {
    requests: 0,
    serverErrors: 0,
    withinObjective: 0,
    durationMs: 0,
    cpuPercentSum: 0,
    memoryPercentSum: 0,
    samples: 0,
    latencies: new Map(),
  };
}

function merge(into: Delta, from: Delta): void {
  into.requests += from.requests;
  into.serverErrors += from.serverErrors;
  into.withinObjective += from.withinObjective;
  into.durationMs += from.durationMs;
  into.cpuPercentSum += from.cpuPercentSum;
  into.memoryPercentSum += from.memoryPercentSum;
  into.samples += from.samples;
  for (const [slot, count] of from.latencies) into.latencies.set(slot, (into.latencies.get(slot) ?? 0) + count);
}
