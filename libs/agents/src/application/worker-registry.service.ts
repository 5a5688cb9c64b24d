import { Injectable } from '@nestjs/common';
import { Ids, RecentMap } from '#platform/kernel';
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

/** Workers, and answers about what may be leased, that this process remembers. */
const MAX_REMEMBERED = 10_000;

/** How long it is remembered that a caller may lease: a change counts within a second, like everything about access. */
const LEASABLE_FOR_MS = 750;

/** Who leases tasks, and of which agents they may. */
@Injectable()
export class WorkerRegistry {
  private readonly seenAt = new RecentMap<string, number>(MAX_REMEMBERED);
  /** Workers never change after they have registered. */
  private readonly registered = new RecentMap<string, Worker>(MAX_REMEMBERED);
  private readonly answers = new RecentMap<string, { readonly found: string[]; readonly until: number }>(
    MAX_REMEMBERED,
  );

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
    const worker = this.registered.get(id) ?? (await this.workers.find(id));
    if (worker?.ownerId !== principal.id) throw new WorkerNotFoundError();
    this.registered.set(id, worker);
    return worker;
  }

  /**
   * The agents whose tasks the caller may lease, out of those wanted; all it may when none are named.
   *
   * @throws AgentNotLeasableError naming those it may not
   */
  async leasable(wanted: readonly string[], principal: Principal): Promise<string[]> {
    const { role, credential } = principal;
    const { agents } = credential;
    const question = JSON.stringify([role, agents, wanted]);
    const known = this.answers.get(question);
    if (known && performance.now() < known.until) return known.found;
    const until = performance.now() + LEASABLE_FOR_MS;
    const roles = EXECUTOR_ROLES.filter((one) => includesRole(role, one));
    const found = await this.workers.leasable(roles, agents, wanted);
    const missing = wanted.filter((slug) => !found.includes(slug));
    if (missing.length > 0) {
      throw new AgentNotLeasableError(`Tasks of ${missing.join(', ')} cannot be leased with this key`, {
        details: { agents: missing },
      });
    }
    // Not what all agents are: one that has just come to be must not wait.
    if (wanted.length > 0) this.answers.set(question, { found, until });
    return found;
  }

  /** Notes that the worker is alive; a busy one is written down now and then. */
  async seen(worker: Worker, agents: readonly string[]): Promise<void> {
    const now = performance.now();
    const key = `${worker.id} ${agents.join()}`;
    if (now - (this.seenAt.get(key) ?? -Infinity) < SEEN_EVERY_MS) return;
    this.seenAt.set(key, now);
    await this.workers.seen(worker.id, agents);
  }
}
