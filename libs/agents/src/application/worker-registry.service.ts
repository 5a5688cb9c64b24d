import { Injectable } from '@nestjs/common';
import { Ids } from '#platform/kernel';
import { includesRole, type Principal } from '#platform/security';
import { EXECUTOR_ROLES } from '../domain/agent.js';
import { AgentNotLeasableError, WorkerNotFoundError } from '../domain/agents.exceptions.js';
import { type Worker, WorkerRepository } from '../infrastructure/worker.repository.js';

/** What a worker says of itself. */
export interface WorkerRegistration {
  readonly name: string;
  readonly agents: readonly string[];
  readonly slots: number;
  readonly runtime?: string | undefined;
}

/** Half of what the repository writes, so that every process together writes no less. */
const SEEN_EVERY_MS = 5_000;

/** Workers whose last sign of life this process remembers. */
const MAX_REMEMBERED = 10_000;

/** Who leases tasks, and of which agents they may. */
@Injectable()
export class WorkerRegistry {
  private readonly seenAt = new Map<string, number>();

  constructor(
    private readonly workers: WorkerRepository,
    private readonly ids: Ids,
  ) {}

  /** @throws AgentNotLeasableError */
  async register(registration: WorkerRegistration, principal: Principal): Promise<Worker> {
    await this.leasable(registration.agents, principal);
    const worker = {
      ...registration,
      id: this.ids.next(),
      ownerId: principal.id,
      runtime: registration.runtime ?? null,
    };
    await this.workers.insert(worker);
    return worker;
  }

  /** @throws WorkerNotFoundError for workers of others too */
  async get(id: string, principal: Principal): Promise<Worker> {
    const worker = await this.workers.find(id);
    if (worker?.ownerId !== principal.id) throw new WorkerNotFoundError();
    return worker;
  }

  /**
   * The agents whose tasks the caller may lease, out of those wanted; all it may when none are named.
   *
   * @throws AgentNotLeasableError naming those it may not
   */
  async leasable(wanted: readonly string[], principal: Principal): Promise<string[]> {
    const roles = EXECUTOR_ROLES.filter((role) => includesRole(principal.role, role));
    const found = await this.workers.leasable(roles, principal.agents ?? [], wanted);
    const missing = wanted.filter((slug) => !found.includes(slug));
    if (missing.length > 0) {
      throw new AgentNotLeasableError(`Tasks of ${missing.join(', ')} cannot be leased with this key`, {
        details: { agents: missing },
      });
    }
    return found;
  }

  /** Notes that the worker is alive; a busy one is written down now and then. */
  async seen(worker: Worker, agents: readonly string[]): Promise<void> {
    const now = performance.now();
    const key = `${worker.id} ${agents.join()}`;
    if (now - (this.seenAt.get(key) ?? -Infinity) < SEEN_EVERY_MS) return;
    if (this.seenAt.size > MAX_REMEMBERED) this.seenAt.clear();
    this.seenAt.set(key, now);
    await this.workers.seen(worker.id, agents);
  }
}
