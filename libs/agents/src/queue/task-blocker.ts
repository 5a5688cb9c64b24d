import { missingText } from '../runners/agent-kinds.js';
import type { TaskState } from '../tasks/task-state.js';
import { type BudgetFacts, budgetsOf, type BudgetUse } from './budget-use.js';

/** What may keep a task from running. */
export const BLOCKERS = [
  'concurrency',
  'rate_limit',
  'paused',
  'dependency',
  'budget',
  'no_worker',
  'backoff',
  'scheduled',
  'breaker',
  'queue',
] as const;
export type Blocker = (typeof BLOCKERS)[number];

/** What a task is put to a person for when the hour has seen all the model calls it may. */
export const CALL_LIMIT = 'consequential_limit';

/** The facts that decide whether a task may start, read together. Times are the database's. */
export interface StartFacts {
  readonly now: Date;
  readonly state: TaskState;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly runAt: Date;
  /** Tasks it waits for that have yet to succeed. */
  readonly openDependencies: readonly string[];
  readonly agent: string;
  readonly isPaused: boolean;
  /** Until then the circuit lets nothing through; `null` when it is closed. */
  readonly circuitOpenUntil: Date | null;
  /** Until then the agent waits because it was asked to; `null` when it never was. */
  readonly heldUntil: Date | null;
  /** Whether any process of the service runs tasks; those of workers over HTTP need none. */
  readonly isEngineThere: boolean;
  /** Whether somebody is there who could take it. */
  readonly hasWorker: boolean;
  /** What its agent needs of whoever runs it, in the words of `Claimant.resources`; `null` is nothing. */
  readonly need: string | null;
  readonly running: number;
  readonly concurrency: number;
  /** Starts that are left in the present window; `null` without a limit. */
  readonly startsLeft: number | null;
  readonly windowEndsAt: Date | null;
  /** Tasks of the agent that go before it. */
  readonly ahead: number;
  /** Mean time of the agent's tasks; `null` when none ended yet. */
  readonly averageMs: number | null;
  /** What it was put to a person for last: `budget`, `consequential_limit`, …; `null` when it never was. */
  readonly approvalReason: string | null;
  /** What it may consume and has consumed; `null` unless it waits for approval. */
  readonly budgets: BudgetFacts | null;
  /** Why somebody refused to let it start; `null` when nobody did. */
  readonly refusal: string | null;
}

/** Why a task is where it is. */
export interface Explanation {
  readonly state: TaskState;
  /** The first thing that would have to change; absent when the task does not wait. */
  readonly reason?: Blocker | undefined;
  /** For a person. */
  readonly detail: string;
  /** 1 is next. */
  readonly position?: number | undefined;
  readonly estimatedStartAt?: Date | undefined;
  /** What a person has to know who decides whether it starts; absent unless it waits for approval. */
  readonly budgets?: readonly BudgetUse[];
}

/** Explains a task by the same rules that the claim of work applies, in the order in which they would have to be met. */
export function explain(facts: StartFacts): Explanation {
  const { state } = facts;
  if (state === 'waiting_approval') return { state, ...inApproval(facts) };
  if (state !== 'queued') return { state, detail: detailOf(facts) };
  const before = beforeTurn(facts);
  if (before) return { state, ...before };
  const position = facts.ahead + 1;
  return { state, position, ...inTurn(facts, position) };
}

type Reason = Omit<Explanation, 'state' | 'position'>;

function inApproval({ approvalReason, budgets }: StartFacts): Reason {
  const uses = budgets === null ? {} : { budgets: budgetsOf(budgets) };
  return approvalReason === CALL_LIMIT
    ? {
        reason: 'rate_limit',
        detail: 'The hour had seen all the model calls it may: somebody has to approve it',
        ...uses,
      }
    : { reason: 'budget', detail: 'It would exceed a budget: somebody has to approve it', ...uses };
}

/** What keeps the task from having a turn at all. */
function beforeTurn(facts: StartFacts): Reason | undefined {
  const { openDependencies, runAt, now, attempt } = facts;
  if (openDependencies.length > 0) {
    return { reason: 'dependency', detail: `It waits for the success of ${openDependencies.join(', ')}` };
  }
  if (runAt <= now) return undefined;
  return attempt > 0
    ? { reason: 'backoff', detail: `Attempt ${attempt} failed; the next comes later`, estimatedStartAt: runAt }
    : { reason: 'scheduled', detail: 'It is not to start before its time', estimatedStartAt: runAt };
}

/** What keeps the agent from its next task. */
function inTurn(facts: StartFacts, position: number): Reason {
  const {
    agent,
    isPaused,
    circuitOpenUntil,
    heldUntil,
    hasWorker,
    startsLeft,
    windowEndsAt,
    running,
    concurrency,
    now,
  } = facts;
  const estimatedStartAt = estimateOf(facts, position);
  if (isPaused) return { reason: 'paused', detail: `The agent ${agent} is paused` };
  if (circuitOpenUntil !== null && circuitOpenUntil > now) {
    const detail = `The agent ${agent} failed several times in a row and is left alone for a while`;
    return { reason: 'breaker', detail, estimatedStartAt: circuitOpenUntil };
  }
  if (heldUntil !== null && heldUntil > now) {
    return { reason: 'backoff', detail: `The agent ${agent} was asked to wait`, estimatedStartAt: heldUntil };
  }
  if (!hasWorker) return { reason: 'no_worker', detail: whoIsMissing(facts) };
  if (startsLeft !== null && startsLeft <= 0) {
    const detail = `The agent ${agent} has started all it may in this window`;
    return { reason: 'rate_limit', detail, estimatedStartAt: windowEndsAt ?? undefined };
  }
  const cap = circuitOpenUntil === null ? concurrency : 1;
  if (running >= cap) {
    return { reason: 'concurrency', detail: `${running} of at most ${cap} tasks run at this time`, estimatedStartAt };
  }
  const detail =
    position === 1 ? 'It is next' : `${position - 1} ${position === 2 ? 'task goes' : 'tasks go'} before it`;
  return { reason: 'queue', detail, estimatedStartAt };
}

function whoIsMissing({ agent, need, isEngineThere }: StartFacts): string {
  if (!isEngineThere)
    return 'No process runs tasks: start a worker (`npm run start:worker`), or set AGENTS_RUN_IN_PROCESS=true';
  const missing = need === null ? undefined : missingText(need);
  return missing ?? `Nobody who can run the agent ${agent} is there`;
}

/** As if the tasks ahead took the usual time, `concurrency` at once. */
function estimateOf({ averageMs, running, concurrency, now }: StartFacts, position: number): Date | undefined {
  if (averageMs === null) return undefined;
  const waves = Math.floor((Math.min(running, concurrency) + position - 1) / concurrency);
  return new Date(now.getTime() + waves * averageMs);
}

function detailOf({ state, attempt, maxAttempts, refusal }: StartFacts): string {
  switch (state) {
    case 'leased':
    case 'running':
      return `Attempt ${attempt} of ${maxAttempts} is under way`;
    case 'dead':
      return `All ${maxAttempts} attempts failed`;
    case 'failed':
      return 'It ended with an error that repeating cannot mend';
    case 'cancelled':
      return refusal === null ? 'Somebody cancelled it' : `Somebody refused it: ${refusal}`;
    default:
      return 'It is done';
  }
}
