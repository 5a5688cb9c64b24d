import { type LatencyCounts, percentileOf, slotOf } from '#platform/kernel';

export const HOUR_MS = 3_600_000;

/** A task that ended. */
export interface EndedRun {
  readonly agentId: string;
  readonly state: 'succeeded' | 'failed' | 'dead' | 'cancelled';
  /** `null`: it never began, or not since a person queued it again. */
  readonly startedAt: Date | null;
  readonly finishedAt: Date;
  /** What nobody has counted yet, like the cost. */
  readonly tokens: number;
  readonly costMicros: bigint;
}

/** What an agent did in an hour. One that was cancelled or never began is no run, but what it cost is counted. */
export interface AgentHour {
  readonly agentId: string;
  /** Its first instant. */
  readonly hour: Date;
  readonly runs: number;
  readonly failures: number;
  readonly tokens: number;
  readonly costMicros: bigint;
  /** Runs by the slots of `slotOf`, of the time of their last attempts. */
  readonly durations: LatencyCounts;
}

/** The first instant of the hour (UTC) that a moment lies in. */
export function hourOf(moment: Date): Date {
  return new Date(moment.getTime() - (moment.getTime() % HOUR_MS));
}

/** Adds ended runs up by agent and hour. */
export function hoursOf(runs: readonly EndedRun[]): AgentHour[] {
  const hours = new Map<string, AgentHour>();
  for (const run of runs) {
    const one = hourWith(run);
    const key = `${one.agentId} ${one.hour.getTime()}`;
    const before = hours.get(key);
    hours.set(key, before ? together(before, one) : one);
  }
  return [...hours.values()];
}

/** Two parts of one hour of an agent. */
export function together(one: AgentHour, other: AgentHour): AgentHour {
  const durations = new Map(one.durations);
  for (const [slot, runs] of other.durations) durations.set(slot, (durations.get(slot) ?? 0) + runs);
  return {
    ...one,
    runs: one.runs + other.runs,
    failures: one.failures + other.failures,
    tokens: one.tokens + other.tokens,
    costMicros: one.costMicros + other.costMicros,
    durations,
  };
}

/** Duration under which 95 of 100 runs stayed, in whole milliseconds, within 2 %; `null` when nothing ran. */
export function p95Of({ durations }: AgentHour): number | null {
  const p95 = percentileOf(durations, 0.95);
  return p95 === null ? null : Math.round(p95);
}

function hourWith({ agentId, state, startedAt, finishedAt, tokens, costMicros }: EndedRun): AgentHour {
  const ran = state === 'cancelled' ? null : startedAt;
  return {
    agentId,
    hour: hourOf(finishedAt),
    runs: ran ? 1 : 0,
    failures: ran && state !== 'succeeded' ? 1 : 0,
    tokens,
    costMicros,
    durations: new Map(ran ? [[slotOf(finishedAt.getTime() - ran.getTime()), 1]] : []),
  };
}
