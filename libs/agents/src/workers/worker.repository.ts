import { Injectable } from '@nestjs/common';
import { In, IsNull, type Repository, type SelectQueryBuilder } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { LEASED_KINDS } from '../runners/agent-kinds.js';
import { AgentRuntimeEntity } from '../tables/agent-runtime.entity.js';
import { AgentEntity } from '../tables/agent.entity.js';
import { WorkerEntity } from '../tables/worker.entity.js';
import type { ExecutorRole } from '../tasks/task-access.js';

/** A program that leases tasks. */
export interface Worker {
  readonly id: string;
  /** Who registered it. */
  readonly ownerId: string;
  /** By what it was registered; nothing else may act as it. `null` for one from before that was noted. */
  readonly credentialId: string | null;
  readonly name: string;
  /** Slugs of the agents it works for; empty is all that its key may lease. */
  readonly agents: readonly string[];
  /** Tasks it can run at the same time, by its own word. */
  readonly slots: number;
  readonly runtime: string | null;
}

/** A busy worker is noted as seen no more often than this. */
const SEEN_EVERY_SECONDS = 10;

/** Who leases tasks. */
@Injectable()
export class WorkerRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Transaction, { agents, ...worker }: Worker): Promise<void> {
    await tx.insertMany(WorkerEntity, [{ ...worker, agents: [...agents] }]);
  }

  async find(id: string): Promise<Worker | undefined> {
    return (await this.database.repository(WorkerEntity).findOneBy({ id })) ?? undefined;
  }

  /** Gives a worker from before credentials were noted to the first one that acts as it. */
  async adopt(id: string, credentialId: string): Promise<Worker | undefined> {
    await this.database.repository(WorkerEntity).update({ id, credentialId: IsNull() }, { credentialId });
    return this.find(id);
  }

  /**
   * Slugs of agents whose tasks may be leased.
   *
   * @param roles minimum roles that the caller has
   * @param allowed those the caller's key is bound to; empty is all
   * @param wanted those that are asked about; empty is all
   */
  async leasable(
    roles: readonly ExecutorRole[],
    allowed: readonly string[],
    wanted: readonly string[],
  ): Promise<string[]> {
    const named = wanted.length === 0 ? allowed : wanted;
    const slugs = allowed.length === 0 ? named : named.filter((slug) => allowed.includes(slug));
    const agents = await this.database.repository(AgentEntity).find({
      select: { slug: true },
      where: {
        kind: In(LEASED_KINDS),
        deletedAt: IsNull(),
        minimumRole: In(roles),
        ...(named.length > 0 && { slug: In(slugs) }),
      },
    });
    return agents.map(({ slug }) => slug);
  }

  /** Notes that a worker of these agents is alive. */
  async seen(id: string, agents: readonly string[]): Promise<void> {
    const { now, past } = this.database.dialect;
    const isLong = past(SEEN_EVERY_SECONDS);
    await this.database.repository(WorkerEntity).update({ id, lastSeenAt: isLong }, { lastSeenAt: () => now });
    if (agents.length === 0) return;
    await this.database.transaction(async (tx) => {
      const runtimes = tx.repository(AgentRuntimeEntity);
      // Rows that somebody else holds are skipped: being seen can wait, and must not make claims wait.
      const due = await tx.lockMany(this.unseen(runtimes, agents), true);
      if (due.length === 0) return;
      const ids = due.map(({ agentId }) => agentId);
      await runtimes.update({ agentId: In(ids) }, { workerSeenAt: () => now });
    });
  }

  private unseen(
    runtimes: Repository<AgentRuntimeEntity>,
    agents: readonly string[],
  ): SelectQueryBuilder<AgentRuntimeEntity> {
    return runtimes
      .createQueryBuilder('r')
      .innerJoin(AgentEntity, 'a', 'a.id = r.agentId')
      .where('a.slug IN (:...agents)', { agents })
      .andWhere([{ workerSeenAt: IsNull() }, { workerSeenAt: this.database.dialect.past(SEEN_EVERY_SECONDS) }]);
  }
}
