import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { AgentRunnersService } from '../runners/agent-runners.service.js';
import { afterAttempt, isSteady } from '../registry/agent-health.js';
import { MAX_RETRY_AFTER_MS } from '../tasks/task-failure.js';
import { AgentStatisticsRepository } from '../registry/agent-statistics.repository.js';
import type { Succeeded } from './task-transition.js';

/** Keeps what is known of how agents are doing: success rate, status and circuit. */
@Injectable()
export class AgentConditionService {
  constructor(
    private readonly statistics: AgentStatisticsRepository,
    private readonly runners: AgentRunnersService,
  ) {}

  /** Successes of an agent that does well change nothing, and do not queue for its row. */
  async noteSuccesses(tx: Transaction, successes: readonly Succeeded[]): Promise<void> {
    const unsteady = successes.filter(({ condition }) => !isSteady(condition));
    // In one order, so that two transactions cannot wait for each other.
    for (const { agentId, ids } of unsteady.sort((a, b) => (a.agentId < b.agentId ? -1 : 1)))
      await this.note(tx, agentId, true, ids.length);
  }

  async noteFailure(tx: Transaction, agentId: string): Promise<void> {
    await this.note(tx, agentId, false, 1);
  }

  /** Whoever asks to wait is asked nothing meanwhile, by none of the agents that he knows by the same key. */
  async holdBack(tx: Transaction, agentId: string, ms: number): Promise<void> {
    await this.statistics.holdBack(tx, agentId, Math.min(ms, MAX_RETRY_AFTER_MS));
  }

  private async note(tx: Transaction, agentId: string, isSuccess: boolean, times: number): Promise<void> {
    let condition = await this.statistics.lockCondition(tx, agentId);
    if (!condition) return;
    for (let n = 0; n < times; n++) condition = afterAttempt(condition, isSuccess);
    await this.statistics.setCondition(tx, agentId, condition, this.runners.unbroken);
  }
}
