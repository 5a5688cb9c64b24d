import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { AppException, FairTurns, fingerprintOf, Ids, ValidationException } from '#platform/kernel';
import type { Principal } from '#platform/security';
import type { Agent } from '../registry/agent.js';
import { OperationRefusedException } from '../tasks/agents.exceptions.js';
import { planBatch, type PlannedStep } from './batch-plan.js';
import { refuseReuse } from '../queue/key-reuse.js';
import { AgentRepository } from '../registry/agent.repository.js';
import { type BatchOperation, BatchRepository } from './batch.repository.js';
import { KeyedSubmissionRepository } from '../queue/keyed-submission.repository.js';
import { TaskAnnouncerService } from '../attempts/task-announcer.service.js';
import { type CheckedRequest, TaskEnqueueService, type TaskRequest } from '../queue/task-enqueue.service.js';

/** One operation of a batch. */
export interface OperationRequest extends TaskRequest {
  /** Name that other operations may depend on. */
  readonly ref?: string | undefined;
  /** JSON Pointers of what is wanted of the output; all of it when absent. */
  readonly select?: readonly string[] | undefined;
}

/** Operations that are queued together. */
export interface BatchRequest {
  readonly operations: readonly OperationRequest[];
  /** `false`: one after another; the first that does not succeed ends the rest. */
  readonly parallel: boolean;
  /** One operation that cannot be queued refuses them all. */
  readonly atomic: boolean;
}

type Checked = CheckedRequest | AppException;

/** Gives agents many tasks at once. */
@Injectable()
export class BatchSubmissionService {
  constructor(
    private readonly database: Database,
    private readonly agents: AgentRepository,
    private readonly batches: BatchRepository,
    private readonly keyed: KeyedSubmissionRepository,
    private readonly enqueue: TaskEnqueueService,
    private readonly announcer: TaskAnnouncerService,
    private readonly ids: Ids,
  ) {}

  /**
   * Queues the operations in one transaction.
   *
   * @throws ValidationException when names or dependencies make no order, or with `atomic` when any operation is refused
   * @throws DependencyNotFoundException, DependencyNotPossibleException, TaskKeyReusedException
   */
  async submit(
    batch: BatchRequest,
    principal: Principal,
    key?: string,
  ): Promise<{ batchId: string; isReplay: boolean }> {
    const turns = new FairTurns();
    // Reading and checking the body has had its share.
    await turns.next();
    const plan = planBatch(batch.operations, batch.parallel);
    if (plan.faults)
      throw invalid(plan.faults.map(({ index, message }) => ({ path: index, message, code: 'dependsOn' })));
    const checked = await this.checkAll(batch, plan.steps, principal, turns);
    await turns.next();
    const fingerprint = key === undefined ? {} : fingerprintOf({ ...batch });
    const batchId = this.ids.next();
    const submitted = await this.database.transaction(async (tx) => {
      if (key !== undefined) {
        const first = await this.keyed.keep(tx, principal.id, key, { fingerprint, taskId: null, batchId });
        if (first) {
          refuseReuse(first.fingerprint, fingerprint);
          return { batchId: first.batchId ?? '', isReplay: true };
        }
      }
      const operations = batch.operations.map((operation, index) => toOperation(operation, checked[index]));
      await this.batches.insert(tx, { id: batchId, createdBy: principal.id, operations });
      const tasks = checked.filter((item): item is CheckedRequest => !(item instanceof AppException));
      if (tasks.length > 0) await this.enqueue.enqueue(tx, tasks, principal, { batchId });
      return { batchId, isReplay: false };
    });
    if (!submitted.isReplay) this.announcer.queued();
    return submitted;
  }

  /** Each operation with its dependencies as ids, or why it is refused; what depends on a refused one is refused too. */
  private async checkAll(
    { operations, atomic }: BatchRequest,
    steps: readonly PlannedStep[],
    principal: Principal,
    turns: FairTurns,
  ): Promise<Checked[]> {
    const agents = await this.agents.findMany([...new Set(operations.map(({ agent }) => agent))]);
    const checked: Checked[] = [];
    for (const operation of operations) {
      checked.push(this.check(operation, agents, principal));
      await turns.pause();
    }
    for (let isChanged = true; isChanged;) {
      isChanged = false;
      for (const [index, { inside }] of steps.entries()) {
        if (checked[index] instanceof AppException) continue;
        if (!inside.some((other) => checked[other] instanceof AppException)) continue;
        checked[index] = new OperationRefusedException();
        isChanged = true;
      }
    }
    if (atomic) {
      const faults = checked.flatMap((item, path) =>
        item instanceof AppException ? [{ path, message: item.message, code: item.code }] : [],
      );
      if (faults.length > 0) throw invalid(faults);
    }
    const idOf = (index: number): string => (checked[index] as CheckedRequest).id;
    return checked.map((item, index) => {
      const step = steps[index];
      if (item instanceof AppException || !step) return item;
      return { ...item, request: { ...item.request, dependsOn: [...step.inside.map(idOf), ...step.outside] } };
    });
  }

  private check(operation: OperationRequest, agents: ReadonlyMap<string, Agent>, principal: Principal): Checked {
    try {
      return this.enqueue.check(operation, agents.get(operation.agent), principal);
    } catch (error) {
      if (error instanceof AppException) return error;
      throw error;
    }
  }
}

function toOperation({ agent, select }: OperationRequest, checked: Checked | undefined): BatchOperation {
  const isRefused = checked instanceof AppException;
  return {
    agent,
    taskId: isRefused ? null : (checked?.id ?? null),
    error: isRefused ? { code: checked.code, message: checked.message } : null,
    select: select ?? null,
  };
}

function invalid(faults: { path: number; message: string; code: string }[]): ValidationException {
  return new ValidationException(`The batch has ${faults.length === 1 ? 'one fault' : `${faults.length} faults`}`, {
    details: { errors: faults.map(({ path, ...fault }) => ({ path: `operations.${path}`, ...fault })) },
  });
}
