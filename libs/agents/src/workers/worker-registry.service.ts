import { Injectable } from '@nestjs/common';
import { type KeyedRequest, KeyedRequests } from '#platform/idempotency';
import { Ids, RecentMap } from '#platform/kernel';
import { AuditTrail, type Principal } from '#platform/security';
import { AgentNotLeasableException, WorkerNotFoundException } from '../tasks/agents.exceptions.js';
import { rolesWithin } from '../tasks/task-access.js';
import { type Worker, WorkerRepository } from './worker.repository.js';

/** What a worker says of itself. */
export interface WorkerRegistration {
  readonly name: string;
  readonly agents: readonly string[];
  readonly slots: number;
  readonly runtime?: string | undefined;
}

/** What a worker said is asked for again after so long: one that was silent for weeks may have been removed meanwhile. */
const REREAD_MS = 3_600_000;

/** Half of what the repository writes, so that every process together writes no less. */
const SEEN_EVERY_MS = 5_000;

/** Workers, and answers about what may be leased, that this process remembers. */
const MAX_REMEMBERED = 10_000;

/** How long it is remembered what a caller may: a change counts within a second, like everything about access. */
const REMEMBER_MS = 750;

/** Who leases tasks, and of which agents they may. */
@Injectable()
export class WorkerRegistryService {
  private readonly seenAt = new RecentMap<string, number>(MAX_REMEMBERED);
  /** Workers never change after they have registered. */
  private readonly registered = new RecentMap<string, { readonly worker: Worker; readonly until: number }>(
    MAX_REMEMBERED,
  );
  private readonly answers = new RecentMap<string, { readonly found: string[]; readonly until: number }>(
    MAX_REMEMBERED,
  );

  constructor(
    private readonly requests: KeyedRequests,
    private readonly workers: WorkerRepository,
    private readonly audit: AuditTrail,
    private readonly ids: Ids,
  ) {}

  /**
   * @param show what is answered
   * @throws AgentNotLeasableException
   */
  async register<A>(
    request: KeyedRequest,
    registration: WorkerRegistration,
    principal: Principal,
    show: (worker: Worker) => A,
  ): Promise<A> {
    await this.leasable(registration.agents, principal);
    return this.requests.once(request, async (tx) => {
      const worker = {
        ...registration,
        id: this.ids.next(),
        ownerId: principal.id,
        credentialId: principal.credential.id,
        runtime: registration.runtime ?? null,
      };
      await this.workers.insert(tx, worker);
      const { id: workerId, name, agents } = worker;
      await this.audit.record(tx, { action: 'worker.registered', details: { workerId, name, agents } });
      return show(worker);
    });
  }

  /** @throws WorkerNotFoundException for workers that another credential registered too */
  async get(id: string, principal: Principal): Promise<Worker> {
    const known = this.registered.get(id);
    const isFresh = known !== undefined && performance.now() < known.until;
    let worker = isFresh ? known.worker : await this.workers.find(id);
    if (worker?.credentialId === null && worker.ownerId === principal.id) {
      worker = await this.workers.adopt(id, principal.credential.id);
    }
    if (worker?.credentialId !== principal.credential.id) throw new WorkerNotFoundException();
    if (!isFresh) this.registered.set(id, { worker, until: performance.now() + REREAD_MS });
    return worker;
  }

  /**
   * The agents whose tasks the caller may lease, out of those wanted; all it may when none are named.
   *
   * @param mayRemember whether a short while ago is good enough: not for the first look at all agents, as one that has just come to be
   * must not wait
   * @throws AgentNotLeasableException naming those it may not
   */
  async leasable(wanted: readonly string[], principal: Principal, mayRemember = wanted.length > 0): Promise<string[]> {
    const { role, credential } = principal;
    const { agents } = credential;
    const question = JSON.stringify([role, agents, wanted]);
    const known = this.answers.get(question);
    if (mayRemember && known && performance.now() < known.until) return known.found;
    const until = performance.now() + REMEMBER_MS;
    const found = await this.workers.leasable(rolesWithin(role), agents, wanted);
    const missing = wanted.filter((slug) => !found.includes(slug));
    if (missing.length > 0) {
      throw new AgentNotLeasableException(`Tasks of ${missing.join(', ')} cannot be leased with this key`, {
        details: { agents: missing },
      });
    }
    this.answers.set(question, { found, until });
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
