import { Injectable } from '@nestjs/common';
import { includesRole, isUuid, MAX_TRACED, type Named, type Traced } from '#platform/kernel';
import { type Caller, maySee, scopeOf } from '../tasks/task-access.js';
import { AgentsLookupRepository, type TaskLine } from './agents-lookup.repository.js';

/** Finds agents and their work for whoever knows nothing of them but an id. */
@Injectable()
export class AgentsLookupService {
  constructor(private readonly things: AgentsLookupRepository) {}

  /** Whatever has this id, or is the agent of this name, as far as the caller may see it. */
  async byId(id: string, caller: Caller): Promise<Named[]> {
    const agent = await this.things.agent(isUuid(id) ? { id } : { slug: id });
    const agents = agent ? [{ kind: 'agent', id: agent.slug, title: agent.name }] : [];
    return isUuid(id) ? [...agents, ...(await this.work(id, caller))] : agents;
  }

  /** Tasks that a unit of work asked for, and what became of them, as far as the caller may see them: tasks in the order they were made, then their events. */
  async byCorrelation(correlationId: string, caller: Caller): Promise<Traced[]> {
    if (!includesRole(caller.role, 'API_USER')) return [];
    const tasks = await this.things.tasksOf(correlationId, MAX_TRACED, scopeOf(caller));
    if (tasks.length === 0) return [];
    const agents = new Map(tasks.map(({ id, agent }) => [id, agent]));
    const events = await this.things.eventsOf([...agents.keys()], MAX_TRACED);
    return [
      ...tasks.map((task) => ({ ...named(task), at: task.createdAt, severity: 'info' as const })),
      ...events.map(({ taskId, seq, type, createdAt }) => ({
        kind: 'task_event',
        id: `${taskId}:${seq}`,
        title: `${agents.get(taskId)}: ${type.replaceAll('_', ' ')}`,
        at: createdAt,
        severity: SEVERITIES[type] ?? ('info' as const),
        subject: { kind: 'task', id: taskId },
      })),
    ];
  }

  private async work(id: string, caller: Caller): Promise<Named[]> {
    if (!includesRole(caller.role, 'API_USER')) return [];
    const isOverseer = includesRole(caller.role, 'DEVELOPER');
    const [task, batch, schedule, worker] = await Promise.all([
      this.things.task(id),
      this.things.batch(id),
      isOverseer ? this.things.schedule(id) : null,
      this.things.worker(id),
    ]);
    return [
      ...(task && maySee(caller, task) ? [named(task)] : []),
      ...(batch && (isOverseer || batch.createdBy === caller.id)
        ? [{ kind: 'batch', id, title: `Batch of ${batch.operations.length} tasks` }]
        : []),
      ...(schedule ? [{ kind: 'schedule', id, title: schedule.taskDescription ?? schedule.cron }] : []),
      ...(worker && (isOverseer || worker.ownerId === caller.id) ? [{ kind: 'worker', id, title: worker.name }] : []),
    ];
  }
}

/** Events that are more than news. */
const SEVERITIES: Readonly<Record<string, Traced['severity']>> = {
  failed: 'error',
  dead: 'error',
  retry: 'warning',
  cancelled: 'warning',
};

function named({ id, agent, state }: TaskLine): Named {
  return { kind: 'task', id, title: `Task of ${agent}, ${state.replaceAll('_', ' ')}` };
}
