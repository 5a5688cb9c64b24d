import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, register } from 'prom-client';

/** A request that was answered. */
export interface FinishedRequest {
  method: string;
  /** Route template (`/api/v1/tasks/:id`), or `unmatched`; never the raw path. */
  route: string;
  status: number;
  durationMs: number;
  /** What the service level objective asks: an answer in time, any answer but a 5xx, or nothing (probes, unknown addresses). */
  objective: 'in_time' | 'answered' | 'none';
}

export type RequestObserver = (request: FinishedRequest) => void;

/** The service level objective: 95 of 100 requests are answered without a 5xx within this time. */
const OBJECTIVE_MS = 200;

/** Upper bounds in seconds; the objective is one of them. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];

/**
 * The service's Prometheus metrics. Labels are bounded: route templates, fixed words, never ids or paths. Modules add their
 * own through these methods, name and help as plain texts (the reference is read from them); whoever wants every finished request subscribes with `onRequest`.
 */
@Injectable()
export class Metrics {
  private readonly observers: RequestObserver[] = [];
  private readonly duration = this.histogram(
    'request_duration_seconds',
    'Time to answer a request, in seconds.',
    ['method', 'route', 'status'],
    DURATION_BUCKETS,
  );

  private readonly objective = this.counter(
    'slo_requests_total',
    'Requests by what they are to the service level objective: good, slow (200 ms and more) or failed (5xx).',
    ['outcome'],
  );

  /** Made before the first request: a share of what was never counted is no number. */
  private readonly outcomes = {
    good: this.objective.labels('good'),
    slow: this.objective.labels('slow'),
    failed: this.objective.labels('failed'),
  };

  constructor() {
    for (const outcome of Object.values(this.outcomes)) outcome.inc(0);
  }

  /** Counts a finished request and tells the observers. */
  request(request: FinishedRequest): void {
    const { method, route, status, durationMs, objective } = request;
    this.duration.labels(method, route, String(status)).observe(durationMs / 1000);
    if (objective !== 'none') {
      const isSlow = objective === 'in_time' && durationMs >= OBJECTIVE_MS;
      this.outcomes[status >= 500 ? 'failed' : isSlow ? 'slow' : 'good'].inc();
    }
    for (const observer of this.observers) observer(request);
  }

  onRequest(observer: RequestObserver): void {
    this.observers.push(observer);
  }

  /** A counter named `devskyy_<name>`. */
  counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: claim(name), help, labelNames });
  }

  /** A histogram named `devskyy_<name>`. @param buckets their upper bounds */
  histogram<L extends string>(name: string, help: string, labelNames: readonly L[], buckets: number[]): Histogram<L> {
    return new Histogram({ name: claim(name), help, labelNames, buckets });
  }

  /** A gauge named `devskyy_<name>` whose value is read when it is scraped; `undefined` leaves it out. */
  gauge(name: string, help: string, read: () => number | undefined | Promise<number | undefined>): void {
    new Gauge({
      name: claim(name),
      help,
      async collect() {
        const value = await read();
        if (value === undefined) this.reset();
        else this.set(value);
      },
    });
  }

  /** A gauge with one label, read when it is scraped. */
  labelledGauge(name: string, help: string, label: string, read: () => Record<string, number>): void {
    new Gauge({
      name: claim(name),
      help,
      labelNames: [label],
      collect() {
        this.reset();
        for (const [key, value] of Object.entries(read())) this.labels(key).set(value);
      },
    });
  }
}

/** The full name of a metric. A second application in one process (tests) takes the name over. */
function claim(name: string): string {
  const fullName = `devskyy_${name}`;
  register.removeSingleMetric(fullName);
  return fullName;
}
