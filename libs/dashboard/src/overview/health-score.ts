/** What the score is made of; `null` is left out, since what is not known must not move it. */
export interface HealthInputs {
  /** Share of components that are healthy; a degraded one counts half, any essential one down makes it 0. */
  dependencies: number | null;
  /** Share of requests answered with 5xx in the last minutes. */
  errorRate: number | null;
  /** Share of requests answered within the objective. */
  sloCompliance: number | null;
  /** Share of agents that have run and are not failed. */
  agents: number | null;
  /** Age of the oldest waiting task, in seconds. */
  oldestQueuedSeconds: number | null;
}

/** At this share of 5xx the error part is 0. */
const WORST_ERROR_RATE = 0.05;
/** The objective is met when this share of requests is fast enough. */
const SLO_TARGET = 0.95;
/** At this age of the oldest task the queue part is 0. */
const WORST_QUEUE_AGE_SECONDS = 300;

/**
 * One number from 0 (down) to 1 (well): the weighted mean of the known parts. Weights: dependencies 4, errors 2, speed 2,
 * agents 1, queue 1.
 */
export function healthScore(inputs: HealthInputs): number {
  const { dependencies, errorRate, sloCompliance, agents, oldestQueuedSeconds } = inputs;
  const parts: [weight: number, value: number | null][] = [
    [4, dependencies],
    [2, errorRate === null ? null : 1 - errorRate / WORST_ERROR_RATE],
    [2, sloCompliance === null ? null : sloCompliance / SLO_TARGET],
    [1, agents],
    [1, oldestQueuedSeconds === null ? null : 1 - oldestQueuedSeconds / WORST_QUEUE_AGE_SECONDS],
  ];
  let weights = 0;
  let sum = 0;
  for (const [weight, value] of parts) {
    if (value === null) continue;
    weights += weight;
    sum += weight * Math.min(1, Math.max(0, value));
  }
  return weights === 0 ? 0 : Math.round((sum / weights) * 1000) / 1000;
}
