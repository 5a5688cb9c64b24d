import { Injectable } from '@nestjs/common';
import { TaskNotFoundError } from '../domain/agents.exceptions.js';
import { explain, type Explanation } from '../domain/task-blocker.js';
import { assertMaySee, type Caller } from '../domain/task-access.js';
import { StartFactsRepository } from '../infrastructure/start-facts.repository.js';
import { TaskRepository } from '../infrastructure/task.repository.js';
import { TaskRunner } from './task-runner.service.js';

/** Says why a task is where it is. */
@Injectable()
export class TaskExplanation {
  constructor(
    private readonly facts: StartFactsRepository,
    private readonly runner: TaskRunner,
    private readonly tasks: TaskRepository,
  ) {}

  /** @throws TaskNotFoundError */
  async explain(taskId: string, caller: Caller): Promise<Explanation> {
    assertMaySee(caller, await this.tasks.glance(taskId));
    const facts = await this.facts.find(taskId, this.runner.resources);
    if (!facts) throw new TaskNotFoundError();
    return explain(facts);
  }
}
