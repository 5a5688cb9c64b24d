import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AiConfig, EnvironmentConfig } from '#config';
import { AppLogger } from '#platform/observability';
import { RateLimitStorage } from '#platform/security';
import { AttemptFailedException } from '../../tasks/agents.exceptions.js';
import { ConsequentialCallRepository } from './consequential-call.repository.js';
import type { StartedTask } from '../claimed-task.js';
import { TaskPostponedException } from '../task-postponed.js';

const MINUTE_MS = 60_000;

/** Tasks that were put off to the next hour come back spread over this long, in milliseconds. */
const SPREAD_MS = 5_000;

/** What keeps language models from being asked too often, or at all. */
@Injectable()
export class ModelSafeguardService {
  constructor(
    private readonly config: AiConfig,
    private readonly environment: EnvironmentConfig,
    private readonly limits: RateLimitStorage,
    private readonly calls: ConsequentialCallRepository,
    private readonly logger: AppLogger,
  ) {}

  /** @throws AttemptFailedException when models do not run here */
  demand(): void {
    const { enforceProductionSafeguards, enableSafeguards } = this.config;
    if (!this.environment.isProduction || !enforceProductionSafeguards || enableSafeguards) return;
    throw new AttemptFailedException('AGENT.SAFEGUARDS_OFF', 'Models do not run in production without safeguards', {
      retryable: false,
      blame: 'elsewhere',
    });
  }

  /**
   * Resolves when the call may be made.
   *
   * @throws TaskPostponedException when the hour has seen all the consequential calls it may
   */
  async admit(task: StartedTask, signal: AbortSignal): Promise<void> {
    await this.countConsequential(task);
    await this.waitForTurn(signal);
  }

  /** Every call is consequential, or none: what a model says is acted upon by whoever asked, and we do not know how. */
  private async countConsequential({ approvedAt }: StartedTask): Promise<void> {
    const { enableSafeguards, isConsequential, safeguardLevel, maxConsequentialPerHour } = this.config;
    if (!enableSafeguards || !isConsequential) return;
    const isBound = safeguardLevel !== 'permissive' && approvedAt === null;
    const used = await this.calls.take(isBound ? maxConsequentialPerHour : undefined);
    if (used === undefined) {
      const isStrict = safeguardLevel === 'strict';
      const until = isStrict ? 'approval' : (await this.calls.untilNextHour()) + Math.random() * SPREAD_MS;
      throw new TaskPostponedException('consequential_limit', until);
    }
    if (used === maxConsequentialPerHour + 1)
      this.logger.warn(`More than ${maxConsequentialPerHour} consequential model calls in this hour`, 'Models');
  }

  /** Over all replicas, where Redis is shared. Waiting costs no attempt; the time of the attempt bounds it. */
  private async waitForTurn(signal: AbortSignal): Promise<void> {
    const { enableRateLimiting, maxRequestsPerMinute } = this.config;
    while (enableRateLimiting) {
      const hit = await this.limits.increment('models', MINUTE_MS, maxRequestsPerMinute);
      if (!hit.isBlocked) return;
      await sleep(hit.timeToExpire * 1000 + Math.random() * 1000, undefined, { signal });
    }
  }
}
