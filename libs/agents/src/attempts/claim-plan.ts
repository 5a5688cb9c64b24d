import type { Room } from './claimant.js';

/** What bounds the tasks of an agent. Costs in millionths of a US dollar; `null` is no limit. */
export interface StartLimits {
  /** 1 critical to 4 low: order among agents. */
  readonly priority: number;
  readonly concurrency: number;
  readonly rateLimit: number | null;
  readonly rateWindowSeconds: number | null;
  readonly maxCostMicros: bigint | null;
  readonly maxTokens: number | null;
}

/** What was noted of an agent's earlier tasks. */
export interface StartSigns {
  readonly circuitOpenUntil: Date | null;
  readonly rateWindowStart: Date | null;
  readonly rateWindowUsed: number;
}

/** What a task has cost so far, and may cost. */
export interface Spending {
  readonly costMicros: bigint;
  readonly maxCostMicros: bigint | null;
  /** Of one attempt; `null` when nobody knows. */
  readonly estimateMicros: bigint | null;
}

/** A task that may start now, as far as it depends on the task alone. */
export interface DueTask extends Spending {
  readonly id: string;
  /** What waited longest, or is as urgent, comes first. */
  readonly rankAt: Date;
  readonly approvedAt: Date | null;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly maxTokens: number | null;
  readonly estimateTokens: number | null;
}

/** A task with what its budgets say. */
export interface Judged<T> {
  readonly task: T;
  /** Starting it would exceed a budget, and nobody has approved that. */
  readonly isOver: boolean;
}

/** Judged tasks of one agent, in their order. */
export interface AgentQueue<T> {
  readonly priority: number;
  readonly tasks: readonly Judged<T>[];
}

/** A judged task with the index of its room; one over budget stands with the task before it, at -1 when there is none. */
export interface Placed<T> extends Judged<T> {
  readonly room: number;
}

/** Whether the agent's window of starts is still open. */
export function isInWindow({ rateWindowSeconds }: StartLimits, { rateWindowStart }: StartSigns, now: Date): boolean {
  if (rateWindowStart === null || rateWindowSeconds === null) return false;
  return rateWindowStart.getTime() + rateWindowSeconds * 1000 > now.getTime();
}

/** How many more tasks of an agent may start. After an open circuit one task at a time may try (half-open). */
export function slotsOf(limits: StartLimits, signs: StartSigns, running: number, now: Date): number {
  const slots = (signs.circuitOpenUntil === null ? limits.concurrency : 1) - running;
  if (limits.rateLimit === null) return slots;
  return Math.min(slots, limits.rateLimit - (isInWindow(limits, signs, now) ? signs.rateWindowUsed : 0));
}

/** Micro-dollars set aside for an attempt: its estimate, else what is left of the task's budget. */
export function reserveOf(task: Spending, agent: Pick<StartLimits, 'maxCostMicros'>): bigint {
  if (task.estimateMicros !== null) return task.estimateMicros;
  const limit = stricter(task.maxCostMicros, agent.maxCostMicros);
  return limit !== null && limit > task.costMicros ? limit - task.costMicros : 0n;
}

/**
 * Finds the tasks that would exceed their own budget, their agent's, or what the tasks before them leave of the day. What nobody knows the
 * price of counts as a millionth of a dollar, so that a budget that is used up stops it too.
 *
 * @param dayLeft micro-dollars that are left of the agent's day; `null` is any number
 */
export function judge<T extends DueTask>(tasks: readonly T[], agent: StartLimits, dayLeft: bigint | null): Judged<T>[] {
  let setAside = 0n;
  return tasks.map((task) => {
    const exceeds = exceedsBudget(task, agent);
    if (!exceeds) setAside += reserveOf(task, agent) || 1n;
    const isOver = exceeds || (dayLeft !== null && setAside > dayLeft);
    return { task, isOver: isOver && task.approvedAt === null };
  });
}

/** Gives rooms the tasks that come first, of more important agents before those of others: the first rooms first. */
export function place<T extends DueTask>(queues: readonly AgentQueue<T>[], rooms: readonly Room[]): Placed<T>[] {
  // From here on the places of each room end.
  const ends = rooms.reduce<number[]>((sums, { size }) => [...sums, (sums.at(-1) ?? 0) + size], []);
  let places = 0;
  return queues
    .flatMap(({ priority, tasks }) => tasks.map((judged) => ({ priority, judged })))
    .sort((a, b) => a.priority - b.priority || compare(a.judged.task, b.judged.task))
    .slice(0, ends.at(-1) ?? 0)
    .map(({ judged }) => {
      if (!judged.isOver) places += 1;
      return { ...judged, room: places === 0 ? -1 : ends.findIndex((end) => end >= places) };
    });
}

function exceedsBudget(task: DueTask, agent: StartLimits): boolean {
  const [cost, tokens] = [stricter(task.maxCostMicros, agent.maxCostMicros), stricter(task.maxTokens, agent.maxTokens)];
  if (cost !== null && task.costMicros + (task.estimateMicros ?? 1n) > cost) return true;
  return tokens !== null && task.tokensIn + task.tokensOut + (task.estimateTokens ?? 1) > tokens;
}

/** Of two limits the one that is reached first; `null` is none. */
function stricter<T extends bigint | number>(one: T | null, other: T | null): T | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}

function compare(a: DueTask, b: DueTask): number {
  return a.rankAt.getTime() - b.rankAt.getTime() || (a.id < b.id ? -1 : 1);
}
