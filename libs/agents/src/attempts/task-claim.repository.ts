import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import type { AgentKind } from '../runners/agent-kinds.js';
import type { ClaimedTask } from '../runners/claimed-task.js';
import type { JsonObject } from '../tasks/task.js';
import type { Claimant, Room } from './claimant.js';
import { type AgentRow, CLAIM, type ClaimRow, KEEP_PLANS, LOCK_AGENTS } from './task-claim.postgres.js';

/** An agent that has work which may start, locked. */
export interface LockedAgent {
  readonly id: string;
  readonly slug: string;
  readonly kind: AgentKind;
  readonly config: JsonObject;
  readonly encryptedSecret: string | null;
}

/** What a claim led to. */
export interface Claim {
  readonly started: readonly ClaimedTask[];
  /** Ids of tasks that were due and would exceed a budget: they wait for approval now. */
  readonly overBudget: readonly string[];
}

/** Takes tasks from the queue. */
@Injectable()
export class TaskClaimRepository {
  /** Locks agents that have work which may start now and that the claimant can run; those that others have locked are passed over. */
  async lockAgents(tx: Transaction, { kinds, resources, agents }: Claimant): Promise<LockedAgent[]> {
    const [, rows] = await Promise.all([
      tx.execute(KEEP_PLANS),
      tx.query<AgentRow>(LOCK_AGENTS, [kinds, resources, agents ?? null]),
    ]);
    return rows.map(({ encrypted_secret, ...agent }) => ({ ...agent, encryptedSecret: encrypted_secret }));
  }

  /**
   * Takes tasks of locked agents that may run now, within every agent's cap, rate limit, budget, pause and circuit: as many as there is
   * room for, the first rooms first. Their events are recorded, and their starts counted in the agents' windows.
   */
  async claim(
    tx: Transaction,
    agents: readonly LockedAgent[],
    entering: Claimant['entering'],
    rooms: readonly Room[],
  ): Promise<Claim> {
    const firstPlaces: number[] = [];
    let places = 0;
    for (const { size } of rooms) {
      firstPlaces.push(places + 1);
      places += size;
    }
    // Drawn here, because PostgreSQL asks the system for each.
    const tokens = Array.from({ length: places }, () => randomUUID());
    const rows = await tx.query<ClaimRow>(CLAIM, [
      agents.map(({ id }) => id),
      places,
      entering,
      rooms.map(({ workerId }) => workerId),
      rooms.map(({ leaseSeconds }) => leaseSeconds),
      firstPlaces,
      `{${tokens.join()}}`,
    ]);
    const byId = new Map(agents.map((agent) => [agent.id, agent]));
    const [started, overBudget]: [ClaimedTask[], string[]] = [[], []];
    for (const row of rows) {
      const [agent, leaseToken] = [byId.get(row.agent_id), tokens[(row.place ?? 0) - 1]];
      if (agent && leaseToken) started.push(toClaimed(row, agent, leaseToken));
      else overBudget.push(row.id);
    }
    return { started, overBudget };
  }
}

function toClaimed(row: ClaimRow, agent: LockedAgent, leaseToken: string): ClaimedTask {
  return {
    task: {
      id: row.id,
      agent: agent.slug,
      attempt: row.attempt,
      taskDescription: row.task_description,
      parameters: row.parameters,
      deadlineAt: row.deadline_ms === null ? null : new Date(row.deadline_ms),
      approvedAt: row.approved_at,
    },
    agentId: row.agent_id,
    leaseToken,
    room: row.room - 1,
    timeoutMs: row.timeout_ms,
    kind: agent.kind,
    config: agent.config,
    encryptedSecret: agent.encryptedSecret,
    correlationId: row.correlation_id,
    traceparent: row.traceparent,
  };
}
