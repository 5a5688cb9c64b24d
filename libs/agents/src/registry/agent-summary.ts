import type { AgentStatus } from './agent.js';

/** An agent's counters and condition. */
export interface AgentSummary {
  readonly slug: string;
  readonly name: string;
  readonly capabilities: readonly string[];
  readonly status: AgentStatus;
  readonly circuit: 'closed' | 'open' | 'half_open';
  readonly circuitOpenUntil: Date | null;
  readonly consecutiveFailures: number;
  readonly successRate: number | null;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Tasks that wait to be started. */
  readonly pending: number;
  readonly running: number;
  readonly averageMs: number | null;
  readonly tokensToday: number;
  readonly costTodayMicros: bigint;
  readonly oldestQueuedSeconds: number | null;
  /** When a task of it last ended. */
  readonly lastActiveAt: Date | null;
  /** When a worker of it was last heard of, within ten seconds. */
  readonly workerSeenAt: Date | null;
}
