import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Clock, ErrorReporter, Ids, runInContext } from '#platform/kernel';
import { AppLogger, Metrics } from '#platform/observability';
import { ScheduledJobRepository } from './scheduled-job.repository.js';

/** Work that is done every so often, once for all replicas. */
export interface ScheduledJob {
  /** Unique, `module.what-it-does`. */
  name: string;
  everySeconds: number;
  /** Longest a run may take; after it another replica may try the same run again. Default: the period, at least 60 s. */
  leaseSeconds?: number;
  /** @param signal aborted when the process stops, and when the run has taken as long as it may */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Runs timed work once across replicas: time is cut into buckets of a job's period, and whoever inserts the row of a bucket
 * runs it. A replica that dies leaves an expired lease, and the run is taken up again.
 */
@Injectable()
export class ScheduledJobs implements OnModuleDestroy {
  private readonly running = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  private readonly runs;

  constructor(
    private readonly claims: ScheduledJobRepository,
    private readonly scheduler: SchedulerRegistry,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly reporter: ErrorReporter,
    private readonly logger: AppLogger,
    metrics: Metrics,
  ) {
    this.runs = metrics.counter('job_runs_total', 'Runs of scheduled jobs in this process.', ['job', 'outcome']);
  }

  /** Starts running a job; from then on until shutdown. */
  register(job: ScheduledJob): void {
    // Looks more often than the period, so that a run whose replica died is noticed within it.
    const everyMs = Math.max(250, Math.min(job.everySeconds * 1000, 15_000));
    const timer = setInterval(() => this.tick(job), everyMs);
    timer.unref();
    this.scheduler.addInterval(job.name, timer);
    this.tick(job);
  }

  /** Runs the job's current bucket if nobody has; true when this call ran it. */
  async runOnce(job: ScheduledJob): Promise<boolean> {
    const bucket = new Date(Math.floor(this.clock.millis() / 1000 / job.everySeconds) * job.everySeconds * 1000);
    const token = randomUUID();
    const lease = job.leaseSeconds ?? Math.max(60, job.everySeconds);
    if (!(await this.claims.claim(job.name, bucket, token, lease))) return false;
    // What goes on after its lease would run beside the next one.
    await job.run(AbortSignal.any([this.stopping.signal, AbortSignal.timeout(lease * 1000)]));
    await this.claims.finish(job.name, bucket, token);
    return true;
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    for (const name of this.scheduler.getIntervals()) this.scheduler.deleteInterval(name);
    await Promise.allSettled(this.running);
  }

  private tick(job: ScheduledJob): void {
    if (this.stopping.signal.aborted) return;
    const run = this.attempt(job).finally(() => this.running.delete(run));
    this.running.add(run);
  }

  private attempt(job: ScheduledJob): Promise<void> {
    return runInContext({ correlationId: this.ids.next() }, async () => {
      try {
        if (await this.runOnce(job)) this.runs.labels(job.name, 'success').inc();
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        this.runs.labels(job.name, 'failure').inc();
        this.logger.warn(`Job ${job.name} failed: ${error instanceof Error ? error.message : String(error)}`, 'Jobs');
        await this.reporter.report({ error, severity: 'high', context: { job: job.name } });
      }
    });
  }
}
