import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { AgentNotFoundException } from '#platform/kernel';
import { AgentRepository } from '../registry/agent.repository.js';
import { type AgentHour, HOUR_MS, hourOf } from './agent-hour.js';
import { AgentHourRepository } from './agent-hour.repository.js';

/** Hours that are kept: 31 days. */
export const MOST_HOURS = 744;

/** Tells what agents did. */
@Injectable()
export class AgentHistoryService {
  constructor(
    private readonly database: Database,
    private readonly agents: AgentRepository,
    private readonly hours: AgentHourRepository,
  ) {}

  /**
   * The last so many hours, oldest first, this one included; hours in which nothing ended are left out.
   *
   * @throws AgentNotFoundException
   */
  async of(slug: string, hours: number): Promise<AgentHour[]> {
    const agent = await this.agents.find(slug);
    if (!agent) throw new AgentNotFoundException();
    const thisHour = hourOf(await this.database.now());
    return this.hours.list(agent.id, new Date(thisHour.getTime() - (hours - 1) * HOUR_MS));
  }
}
