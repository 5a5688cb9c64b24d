import { Injectable } from '@nestjs/common';
import { CursorCodec } from '#platform/http';
import { AgentNotFoundException, type Page, pageOf } from '#platform/kernel';
import type { AgentKind } from '../runners/agent-kinds.js';
import type { Agent, AgentStatus } from './agent.js';
import type { AgentSummary } from './agent-summary.js';
import { AgentRepository } from './agent.repository.js';
import { AgentStatisticsRepository } from './agent-statistics.repository.js';

/** What to look for; everything given must hold. */
export interface AgentSearch {
  readonly capability?: readonly string[] | undefined;
  readonly category?: string | undefined;
  readonly kind?: AgentKind | undefined;
  readonly status?: AgentStatus | undefined;
  /** Part of slug, name or description. */
  readonly text?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const LIST = 'agents:slug';

/** Finds agents and says how they are. */
@Injectable()
export class AgentDirectoryService {
  constructor(
    private readonly agents: AgentRepository,
    private readonly statistics: AgentStatisticsRepository,
    private readonly cursors: CursorCodec,
  ) {}

  /** By slug, a page at a time. */
  async search({ capability, cursor, limit, ...filter }: AgentSearch): Promise<Page<Agent>> {
    const [after] = this.cursors.decode(LIST, cursor) ?? [];
    const rows = await this.agents.search({
      ...filter,
      capabilities: capability,
      after: after === undefined ? undefined : String(after),
      limit: limit + 1,
    });
    return pageOf(rows, limit, ({ slug }) => this.cursors.encode(LIST, [slug]));
  }

  /** @throws AgentNotFoundException */
  async get(slug: string): Promise<Agent> {
    const agent = await this.agents.find(slug);
    if (!agent) throw new AgentNotFoundException();
    return agent;
  }

  /** How every agent is doing. */
  async healthOfAll(): Promise<AgentSummary[]> {
    return this.statistics.summaries();
  }

  /** @throws AgentNotFoundException */
  async healthOf(slug: string): Promise<AgentSummary> {
    const [summary] = await this.statistics.summaries(slug);
    if (!summary) throw new AgentNotFoundException();
    return summary;
  }
}
