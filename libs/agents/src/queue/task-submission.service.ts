import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { FairTurns, fingerprintOf } from '#platform/kernel';
import type { Principal } from '#platform/security';
import { refuseReuse } from './key-reuse.js';
import { AgentRepository } from '../registry/agent.repository.js';
import { KeyedSubmissionRepository } from './keyed-submission.repository.js';
import { TaskAnnouncerService } from '../attempts/task-announcer.service.js';
import { TaskEnqueueService, type TaskRequest } from './task-enqueue.service.js';

/** The task a request led to, now or when the key was first used. */
export interface SubmittedTask {
  readonly taskId: string;
  readonly isReplay: boolean;
}

/** Gives agents work. */
@Injectable()
export class TaskSubmissionService {
  constructor(
    private readonly database: Database,
    private readonly agents: AgentRepository,
    private readonly keyed: KeyedSubmissionRepository,
    private readonly enqueue: TaskEnqueueService,
    private readonly announcer: TaskAnnouncerService,
  ) {}

  /**
   * Queues a task. Task, idempotency key and first event are committed together.
   *
   * @throws AgentNotFoundException, AgentRoleRequiredException, AgentNotRunnableException, ParametersTooLargeException
   * @throws DependencyNotFoundException, DependencyNotPossibleException
   * @throws TaskKeyReusedException when the key came with another request before
   */
  async submit(request: TaskRequest, principal: Principal, key?: string): Promise<SubmittedTask> {
    const agent = await this.agents.find(request.agent);
    const turns = new FairTurns();
    const checked = this.enqueue.check(request, agent, principal);
    await turns.pause();
    const fingerprint = key === undefined ? {} : fingerprintOfTask(request);
    await turns.pause();
    const submitted = await this.database.transaction(async (tx) => {
      if (key !== undefined) {
        const submission = { fingerprint, taskId: checked.id, batchId: null };
        const first = await this.keyed.keep(tx, principal.id, key, submission);
        if (first) {
          refuseReuse(first.fingerprint, fingerprint);
          // Once used for a task, a key stays a task's: the fingerprint of a batch has other fields.
          return { taskId: first.taskId ?? '', isReplay: true };
        }
      }
      await this.enqueue.enqueue(tx, [checked], principal);
      return { taskId: checked.id, isReplay: false };
    });
    if (!submitted.isReplay) this.announcer.queued();
    return submitted;
  }
}

/** Fields that older versions knew are always there, the others when they say something: keys outlive an upgrade. */
function fingerprintOfTask(request: TaskRequest): ReturnType<typeof fingerprintOf> {
  const { agent, taskDescription = null, parameters = {}, priority, timeoutSeconds = null, runAt = null } = request;
  const { deadlineAt, dependsOn, budget } = request;
  return fingerprintOf({
    agent,
    taskDescription,
    parameters,
    priority,
    timeoutSeconds,
    runAt,
    deadlineAt,
    dependsOn: dependsOn?.length ? dependsOn : undefined,
    budget,
  });
}
