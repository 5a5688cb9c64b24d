import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AttemptFailedException } from '../../tasks/agents.exceptions.js';
import { HANDLERS } from './internal-kind.js';
import { ServiceProbeRepository } from './service-probe.postgres.js';
import { InternalAgent, type InternalAgentHandler, type InternalTask } from './internal-agent.service.js';

const MAX_SECONDS = 60;

/** Database round trips in one measurement. */
const PROBES = 20;

const NANOS_PER_MILLI = 1e6;

/**
 * The catalogue's `performance` agent: measures the process it runs in. Parameters: `seconds` (1 to 60, default 1), how long to
 * observe. Times are in milliseconds, sizes in bytes.
 */
@Injectable()
@InternalAgent(HANDLERS.serviceMetrics)
export class ServiceMetricsAgent implements InternalAgentHandler {
  constructor(private readonly probe: ServiceProbeRepository) {}

  async run({ parameters }: InternalTask, signal: AbortSignal): Promise<unknown> {
    const { seconds = 1 } = parameters;
    if (typeof seconds !== 'number' || !(seconds >= 1 && seconds <= MAX_SECONDS)) {
      throw new AttemptFailedException(
        'AGENT.INVALID_PARAMETERS',
        `seconds must be a number from 1 to ${MAX_SECONDS}`,
        {
          retryable: false,
          blame: 'elsewhere',
        },
      );
    }
    const delay = monitorEventLoopDelay({ resolution: 10 });
    const [start, cpuStart, loopStart] = [performance.now(), process.cpuUsage(), performance.eventLoopUtilization()];
    delay.enable();
    const roundTrips: number[] = [];
    try {
      for (let i = 0; i < PROBES; i++) {
        roundTrips.push(await this.probe.roundTrip());
        await sleep((seconds * 1000) / PROBES, undefined, { signal });
      }
    } finally {
      delay.disable();
    }
    const elapsedMs = performance.now() - start;
    const cpu = process.cpuUsage(cpuStart);
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    return {
      observedMs: round(elapsedMs),
      uptimeSeconds: Math.floor(process.uptime()),
      cpuShare: round((cpu.user + cpu.system) / 1000 / elapsedMs),
      eventLoop: {
        utilization: round(performance.eventLoopUtilization(loopStart).utilization),
        delayP50Ms: round(delay.percentile(50) / NANOS_PER_MILLI),
        delayP99Ms: round(delay.percentile(99) / NANOS_PER_MILLI),
        delayMaxMs: round(delay.max / NANOS_PER_MILLI),
      },
      memory: { rss, heapUsed, heapTotal, external },
      database: {
        roundTripP50Ms: round(percentile(roundTrips, 0.5)),
        roundTripMaxMs: round(Math.max(...roundTrips)),
        connections: this.probe.pool,
      },
    };
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
