import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AgentsConfig } from '#config';
import { GroupCommit } from '#platform/kernel';
import type { Principal } from '#platform/security';
import type { JsonObject } from '../tasks/task.js';
import { assertReportFits } from '../tasks/task-report.js';
import type { Room } from '../attempts/claimant.js';
import { LEASED_KINDS } from '../runners/agent-kinds.js';
import type { ClaimedTask } from '../runners/claimed-task.js';
import { TaskNotificationClient } from '../tasks/task-notification.postgres.js';
import { type LeaseReport, WorkerLeaseRepository } from './worker-lease.repository.js';
import { CallerStandingService } from '../tasks/caller-standing.service.js';
import { WakeableSleep } from '../engine/wakeable-sleep.js';
import { CLAIM_MAX, TaskLeaseService } from '../attempts/task-lease.service.js';
import { WorkerRegistryService } from './worker-registry.service.js';

/** What a worker asks for. */
export interface LeaseRequest {
  readonly workerId: string;
  /** Slugs; the worker's own when empty. */
  readonly agents: readonly string[];
  readonly max: number;
  readonly leaseSeconds?: number | undefined;
  /** How long to wait for the first task. */
  readonly waitMs: number;
}

/** A task as the worker that leased it needs it. */
export interface LeasedTask {
  readonly id: string;
  readonly leaseToken: string;
  readonly agent: string;
  readonly attempt: number;
  readonly taskDescription: string | null;
  readonly parameters: JsonObject;
  readonly deadlineAt: Date | null;
  readonly timeoutMs: number;
  readonly traceparent: string | null;
}

/** What became of the leases a worker spoke of. */
export interface HeartbeatResult {
  readonly extended: readonly string[];
  readonly lost: readonly string[];
  /** Extended too, but somebody asked for these to be stopped. */
  readonly cancel: readonly string[];
}

/** How often a waiting worker looks by itself, for work that no notification told of. */
const LOOK_MS = 1_000;

/** Most requests that are served by one transaction. */
const CLAIMS_AT_ONCE = 16;

/** Most tasks for each of several that are served together. */
const SHARE = 100;

/** A worker that waits for tasks. */
interface Ask {
  /** Slugs in their order. */
  readonly agents: readonly string[];
  readonly room: Room;
  /** Whether it waits no more. */
  readonly isOver: () => boolean;
}

/** Tasks for workers that are not this process. */
@Injectable()
export class WorkerLeaseService implements OnModuleDestroy {
  private readonly stopping = new AbortController();
  /**
   * One claim at a time, and for all that wait for the same agents' work: they wake together, and would find each other's locks
   * instead of work, and take all connections of the pool for it.
   */
  private readonly claims = new GroupCommit<Ask, ClaimedTask[]>(
    (asked) => this.claimFor(asked),
    CLAIMS_AT_ONCE,
    (ask, first) => ask.agents.join() === first.agents.join(),
  );

  constructor(
    private readonly registry: WorkerRegistryService,
    private readonly standing: CallerStandingService,
    private readonly leases: TaskLeaseService,
    private readonly held: WorkerLeaseRepository,
    private readonly notifications: TaskNotificationClient,
    private readonly config: AgentsConfig,
  ) {}

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /** Lease of a worker that asks for none in particular, in seconds. */
  get leaseSeconds(): number {
    return this.config.leaseSeconds;
  }

  /**
   * Leases tasks; none when the time is over, the caller has gone or the service shuts down.
   *
   * @throws WorkerNotFoundException, AgentNotLeasableException
   * @throws TokenInvalidException when the caller's key ends while it waits
   */
  async lease(request: LeaseRequest, principal: Principal, gone: AbortSignal): Promise<LeasedTask[]> {
    const worker = await this.registry.get(request.workerId, principal);
    const wanted = request.agents.length > 0 ? request.agents : worker.agents;
    let agents = await this.registry.leasable(wanted, principal);
    if (agents.length === 0) return [];
    await this.registry.seen(worker, agents);
    const leaseSeconds = request.leaseSeconds ?? this.config.leaseSeconds;
    const isOver = (): boolean => gone.aborted || this.stopping.signal.aborted;
    const room = { workerId: worker.id, leaseSeconds, size: request.max };
    const limit = performance.now() + request.waitMs;
    // Listening begins before the look, so that nothing falls between the two.
    const rest = new WakeableSleep();
    const stopListening = this.notifications.listen(({ queued, ended }) => {
      if (queued || ended.length > 0) rest.wakeNow();
    });
    try {
      for (;;) {
        const claimed = await this.claims.add({ agents: agents.toSorted(), room, isOver });
        const left = limit - performance.now();
        if (claimed.length > 0 || left <= 0 || isOver()) return claimed.map(toLeased);
        await rest.sleep(0, Math.min(left, LOOK_MS), AbortSignal.any([gone, this.stopping.signal]));
        // Much may happen to a caller and to agents while it waits.
        await this.standing.assertSame(principal);
        agents = await this.registry.leasable(wanted, principal, true);
      }
    } finally {
      stopListening();
    }
  }

  /** One more task for the worker that had this one. @throws WorkerNotFoundException, AgentNotLeasableException */
  async leaseNext(taskId: string, principal: Principal): Promise<LeasedTask | undefined> {
    const workerId = await this.held.workerOf(taskId);
    if (workerId === undefined) return undefined;
    const request = { workerId, agents: [], max: 1, waitMs: 0 };
    const [next] = await this.lease(request, principal, this.stopping.signal);
    return next;
  }

  /** Extends all leases of a worker at once. @throws WorkerNotFoundException, ReportTooLargeException */
  async heartbeat(
    workerId: string,
    reports: readonly LeaseReport[],
    leaseSeconds: number | undefined,
    principal: Principal,
  ): Promise<HeartbeatResult> {
    for (const [index, { progress }] of reports.entries()) assertReportFits(progress, `leases.${index}.progress`);
    const worker = await this.registry.get(workerId, principal);
    await this.registry.seen(worker, worker.agents);
    const held = await this.held.report(reports, leaseSeconds, this.config.leaseSeconds);
    const ids = reports.map(({ id }) => id);
    return {
      extended: ids.filter((id) => held.has(id)),
      lost: ids.filter((id) => !held.has(id)),
      cancel: ids.filter((id) => held.get(id)?.isCancelRequested),
    };
  }

  private async claimFor(asked: readonly Ask[]): Promise<ClaimedTask[][]> {
    const most = Math.max(Math.floor(CLAIM_MAX / asked.length), SHARE);
    const rooms = asked.map(({ room, isOver }) => ({ ...room, size: isOver() ? 0 : Math.min(room.size, most) }));
    const results: ClaimedTask[][] = asked.map(() => []);
    if (rooms.every(({ size }) => size === 0)) return results;
    const claimant = {
      kinds: LEASED_KINDS,
      resources: [],
      agents: asked[0]?.agents,
      entering: 'leased' as const,
    };
    for (const claimed of await this.leases.claim(claimant, rooms)) results[claimed.room]?.push(claimed);
    return results;
  }
}

function toLeased({ task, leaseToken, timeoutMs, traceparent }: ClaimedTask): LeasedTask {
  const { id, agent, attempt, taskDescription, parameters, deadlineAt } = task;
  return { id, leaseToken, agent, attempt, taskDescription, parameters, deadlineAt, timeoutMs, traceparent };
}
