import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '#platform/database';
import { Ids } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { CATALOGUE } from './agent-catalogue.js';
import { AgentRepository } from './agent.repository.js';

/**
 * Puts the catalogue into an installation that lacks it. Only what is missing is inserted: what an operator changed or
 * removed stays so, and two processes that start together insert each agent once.
 */
@Injectable()
export class AgentCatalogueService implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly agents: AgentRepository,
    private readonly ids: Ids,
    private readonly logger: AppLogger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const added = await this.seed();
    if (added > 0) this.logger.log(`Registered ${added} agents of the catalogue`, 'Agents');
  }

  /** @returns how many agents were missing */
  async seed(): Promise<number> {
    return this.database.transaction(async (tx) => {
      let added = 0;
      for (const agent of CATALOGUE) if (await this.agents.seed(tx, this.ids.next(), agent)) added++;
      return added;
    });
  }
}
