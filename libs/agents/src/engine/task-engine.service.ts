import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AgentsConfig, ServerConfig } from '#config';
import { RepeatedWork } from '#platform/jobs';
import { Ids } from '#platform/kernel';
import { AppLogger } from '#platform/observability';
import { CLAIM_MAX, TaskLeaseService } from '../attempts/task-lease.service.js';
import { AgentRunnersService } from '../runners/agent-runners.service.js';
import { TaskNotificationClient } from '../tasks/task-notification.postgres.js';
import { HeldAttemptsService } from './held-attempts.service.js';
import { WakeableSleep } from './wakeable-sleep.js';

/** How often to look for work when no notification comes: for retries, scheduled tasks and what was lost. */
const POLL_MS = 1_000;

/**
 * Least time between two looks when the first found nothing; longer the more often that happens, up to the second one. Others' tasks end
 * all the time, and each end is told: looking for room once for many of them is enough.
 */
const REST_MS = 10;
const LONGEST_REST_MS = 50;

/**
 * Takes tasks that this process can run, runs them, keeps their leases and records how they ended. Any number of processes
 * may do this on one database.
 */
@Injectable()
export class TaskEngineService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly workerId: string;
  private readonly rest = new WakeableSleep();
  private stopListening: () => void = () => undefined;
  private readonly heartbeat: RepeatedWork;
  private pumping: Promise<void> | undefined;
  private isStopping = false;

  constructor(
    private readonly config: AgentsConfig,
    private readonly leases: TaskLeaseService,
    private readonly runners: AgentRunnersService,
    private readonly held: HeldAttemptsService,
    private readonly notifications: TaskNotificationClient,
    private readonly server: ServerConfig,
    private readonly logger: AppLogger,
    ids: Ids,
  ) {
    this.workerId = ids.next();
    this.heartbeat = new RepeatedWork(
      (config.leaseSeconds * 1000) / 3,
      () => held.extend(),
      (error) => this.warn('extend leases', error),
    );
  }

  /** Tasks that run here now. */
  get runningCount(): number {
    return this.held.count;
  }

  /** Whether this process takes tasks. */
  get isRunning(): boolean {
    return this.pumping !== undefined && !this.isStopping;
  }

  onApplicationBootstrap(): void {
    if (this.config.runInProcess) this.start();
  }

  /** Begins to take work; from then on until shutdown. */
  start(): void {
    if (this.pumping) return;
    this.stopListening = this.notifications.listen(({ queued, ended, cancelled }) => {
      // New work is worth a look at once, room that others made only now and then.
      if (queued) this.rest.wakeNow();
      else if (ended.length > 0) this.rest.wake();
      for (const id of cancelled) this.held.cancel(id);
    });
    void this.notifications.standReady();
    this.heartbeat.start();
    this.pumping = this.pump();
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    this.stopListening();
    this.rest.wakeNow();
    await this.pumping;
    // Half of the time that requests get.
    await this.held.finish((this.server.shutdownTimeoutSeconds * 1000) / 2);
    await this.heartbeat.stop();
  }

  /** Takes work while there is some, and room for it; rests otherwise, until it is time to look again or somebody wakes it. */
  private async pump(): Promise<void> {
    let inVain = 0;
    while (!this.isStopping) {
      const room = this.config.maxConcurrentTasks - this.held.count;
      const taken = room > 0 ? await this.take(room) : 0;
      if (taken > 0) {
        inVain = 0;
        continue;
      }
      if (room > 0) inVain++;
      await this.rest.sleep(Math.min(inVain * REST_MS, LONGEST_REST_MS), POLL_MS);
    }
  }

  /** @returns how many tasks were begun */
  private async take(room: number): Promise<number> {
    const { kinds, resources } = this.runners;
    const { workerId } = this;
    const { leaseSeconds } = this.config;
    try {
      const claimed = await this.leases.claim({ kinds, resources, entering: 'running' }, [
        { workerId, leaseSeconds, size: Math.min(room, CLAIM_MAX) },
      ]);
      for (const task of claimed) void this.held.begin(task).finally(() => this.rest.wake());
      return claimed.length;
    } catch (error) {
      this.warn('take tasks', error);
      return 0;
    }
  }

  private warn(what: string, error: unknown): void {
    this.logger.warn(`Cannot ${what}: ${error instanceof Error ? error.message : String(error)}`, 'Agents');
  }
}
