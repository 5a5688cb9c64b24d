import { Injectable } from '@nestjs/common';
import { AiConfig } from '#config';
import { TaskNotFoundException } from '../tasks/agents.exceptions.js';
import { explain, type Explanation } from './task-blocker.js';
import { assertMaySee, type Caller } from '../tasks/task-access.js';
import { StartFactsRepository } from './start-facts.repository.js';
import { TaskRepository } from '../tasks/task.repository.js';
import { AgentRunnersService } from '../runners/agent-runners.service.js';

/** Says why a task is where it is. */
@Injectable()
export class TaskExplanationService {
  constructor(
    private readonly facts: StartFactsRepository,
    private readonly runners: AgentRunnersService,
    private readonly tasks: TaskRepository,
    private readonly config: AiConfig,
  ) {}

  /** @throws TaskNotFoundException */
  async explain(taskId: string, caller: Caller): Promise<Explanation> {
    assertMaySee(caller, await this.tasks.glance(taskId));
    const facts = await this.facts.find(taskId, this.runners.resources, this.config.maxConsequentialPerHour);
    if (!facts) throw new TaskNotFoundException();
    return explain(facts);
  }
}
