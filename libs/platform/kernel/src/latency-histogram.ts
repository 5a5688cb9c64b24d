/**
 * Latencies counted in logarithmic slots, as DDSketch does: slot `i` holds durations from γ^(i-1) to γ^i ms. With γ = 1.04 any
 * percentile is known within 2 %, and histograms of replicas, minutes and hours are merged by adding counts.
 */
const GAMMA = 1.04;
const LOG_GAMMA = Math.log(GAMMA);

/** Durations below this are all the same to an observer, in ms. */
const SHORTEST_MS = 0.01;

/** Slot of a duration in milliseconds. */
export function slotOf(durationMs: number): number {
  return Math.ceil(Math.log(Math.max(durationMs, SHORTEST_MS)) / LOG_GAMMA);
}

/** The duration that stands for a slot: off by at most 2 % from anything in it. */
export function durationOf(slot: number): number {
  return (2 * GAMMA ** slot) / (GAMMA + 1);
}

/** Counts by slot. */
export type LatencyCounts = ReadonlyMap<number, number>;

/**
 * A percentile of the counted durations, in milliseconds; `null` when nothing was counted.
 *
 * @param quantile 0 to 1, 0.95 for P95
 */
export function percentileOf(counts: LatencyCounts, quantile: number): number | null {
  const slots = [...counts].sort(([a], [b]) => a - b);
  const total = slots.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(quantile * total));
  let seen = 0;
  for (const [slot, count] of slots) {
    seen += count;
    if (seen >= rank) return durationOf(slot);
  }
  return null;
}
