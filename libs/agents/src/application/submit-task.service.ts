import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { AgentNotFoundError, currentContext, Ids, ValidationError } from '#platform/kernel';
import { includesRole, type Principal } from '#platform/security';
import type { Agent } from '../domain/agent.js';
import {
  AgentNotRunnableError,
  AgentRoleRequiredError,
  IdempotencyKeyReusedError,
  ParametersTooLargeError,
} from '../domain/agents.exceptions.js';
import { unstorable } from '../domain/json-value.js';
import { type JsonObject, MAX_PARAMETERS_BYTES } from '../domain/task.js';
import { AgentRepository } from '../infrastructure/agent.repository.js';
import { AgentStatisticsRepository } from '../infrastructure/agent-statistics.repository.js';
import { TaskEventRepository } from '../infrastructure/task-event.repository.js';
import { type NewTask, TaskRepository } from '../infrastructure/task.repository.js';
import { TaskAnnouncer } from './task-announcer.js';

/** Work for one agent. */
export interface TaskRequest {
  readonly agent: string;
  readonly taskDescription?: string | undefined;
  readonly parameters?: JsonObject | undefined;
  /** 1 to 10, 10 first. */
  readonly priority: number;
  /** Time of one attempt; the agent's own when absent. */
  readonly timeoutSeconds?: number | undefined;
  /** Earliest start. */
  readonly runAt?: Date | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** The task a request led to, now or when the key was first used. */
export interface SubmittedTask {
  readonly taskId: string;
  readonly isReplay: boolean;
}

/** Gives agents work. */
@Injectable()
export class SubmitTask {
  constructor(
    private readonly database: Database,
    private readonly agents: AgentRepository,
    private readonly tasks: TaskRepository,
    private readonly events: TaskEventRepository,
    private readonly statistics: AgentStatisticsRepository,
    private readonly announcer: TaskAnnouncer,
    private readonly ids: Ids,
  ) {}

  /**
   * Queues a task. Task, idempotency key and first event are committed together.
   *
   * @throws AgentNotFoundError, AgentRoleRequiredError, AgentNotRunnableError, ParametersTooLargeError
   * @throws IdempotencyKeyReusedError when the key came with another request before
   */
  async submit(request: TaskRequest, principal: Principal): Promise<SubmittedTask> {
    const agent = await this.agentFor(request, principal);
    const submitted = await this.database.transaction((tx) => this.enqueue(tx, agent, request, principal));
    if (!submitted.isReplay) this.announcer.queued();
    return submitted;
  }

  /** Joins the caller's transaction; tell the engine after it committed. */
  private async enqueue(
    tx: Transaction,
    agent: Agent,
    request: TaskRequest,
    principal: Principal,
  ): Promise<SubmittedTask> {
    const task = this.taskOf(agent, request, principal);
    await this.tasks.insert(tx, [task]);
    const { idempotencyKey: key } = request;
    if (key !== undefined) {
      const fingerprint = fingerprintOf(request);
      const known = await this.tasks.rememberKey(tx, { ownerId: principal.id, key, fingerprint, taskId: task.id });
      if (known) {
        await this.tasks.discard(tx, task.id);
        refuseDifferent(known.fingerprint, fingerprint);
        return { taskId: known.taskId, isReplay: true };
      }
    }
    await this.events.append(tx, [{ taskId: task.id, type: 'queued', data: { by: principal.id } }]);
    await this.statistics.add(tx, [{ agentId: agent.id, enqueued: 1 }]);
    return { taskId: task.id, isReplay: false };
  }

  private async agentFor(request: TaskRequest, principal: Principal): Promise<Agent> {
    const { parameters = {} } = request;
    const problem = unstorable(parameters);
    if (problem !== undefined) {
      throw new ValidationError('The request has one fault', {
        details: { errors: [{ path: 'parameters', message: `must not hold ${problem}`, code: 'json' }] },
      });
    }
    if (Buffer.byteLength(JSON.stringify(parameters)) > MAX_PARAMETERS_BYTES) throw new ParametersTooLargeError();
    const agent = await this.agents.find(request.agent);
    if (!agent) throw new AgentNotFoundError();
    if (!includesRole(principal.role, agent.minimumRole)) {
      throw new AgentRoleRequiredError(`The agent ${agent.slug} needs the role ${agent.minimumRole}`, {
        details: { requiredRole: agent.minimumRole, role: principal.role },
      });
    }
    if (agent.kind === 'llm') {
      throw new AgentNotRunnableError('Agents of kind llm cannot be run by this version of the service');
    }
    return agent;
  }

  private taskOf(agent: Agent, request: TaskRequest, principal: Principal): NewTask {
    const context = currentContext();
    return {
      id: this.ids.next(),
      agentId: agent.id,
      priority: request.priority,
      maxAttempts: agent.retryPolicy.maxAttempts,
      timeoutSeconds: request.timeoutSeconds ?? agent.timeoutSeconds,
      taskDescription: request.taskDescription ?? null,
      parameters: request.parameters ?? {},
      runAt: request.runAt ?? null,
      batchId: null,
      createdBy: principal.id,
      correlationId: context?.correlationId ?? null,
      traceparent: context?.traceparent ?? null,
    };
  }
}

/** What must be the same for a request to be the same, field by field, so that the differing ones can be named. */
function fingerprintOf(request: TaskRequest): Record<string, string> {
  const { agent, taskDescription = null, parameters = {}, priority, timeoutSeconds = null, runAt = null } = request;
  const fields = { agent, taskDescription, parameters, priority, timeoutSeconds, runAt };
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      createHash('sha256').update(canonicalJson(value)).digest('base64url'),
    ]),
  );
}

/** JSON with sorted keys: the order of members means nothing (RFC 8259 §4). */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, child: unknown) =>
    typeof child === 'object' && child !== null && !Array.isArray(child)
      ? Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)))
      : child,
  );
}

function refuseDifferent(before: Record<string, string>, now: Record<string, string>): void {
  const fields = Object.keys(now).filter((field) => before[field] !== now[field]);
  if (fields.length === 0) return;
  throw new IdempotencyKeyReusedError(`The idempotency key was used with other values of ${fields.join(', ')}`, {
    details: {
      errors: fields.map((path) => ({ path, message: 'differs from the first request', code: 'idempotency' })),
    },
  });
}
