import { Injectable } from '@nestjs/common';
import { In, IsNull, MoreThan, Not, type Repository, type SelectQueryBuilder } from 'typeorm';
import { Database, isUniqueViolation, type Transaction } from '#platform/database';
import type { AgentKind } from '../runners/agent-kinds.js';
import { AgentRuntimeEntity } from '../tables/agent-runtime.entity.js';
import { AgentEntity } from '../tables/agent.entity.js';
import { AgentSlugTakenException } from '../tasks/agents.exceptions.js';
import { statusOf } from './agent-health.js';
import type { Agent, AgentDefinition, AgentStatus } from './agent.js';

/** What a search of the registry asks for; everything given must hold. */
export interface AgentFilter {
  readonly capabilities?: readonly string[] | undefined;
  readonly category?: string | undefined;
  readonly kind?: AgentKind | undefined;
  readonly status?: AgentStatus | undefined;
  /** Part of slug, name or description, in whatever case. */
  readonly text?: string | undefined;
  /** Slug after which the page begins. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A change of a definition; what is absent stays. A `null` secret removes it. */
export type AgentChanges = Partial<Omit<AgentDefinition, 'slug'>> & { encryptedSecret?: string | null };

/** The registry's tables. */
@Injectable()
export class AgentRepository {
  constructor(private readonly database: Database) {}

  async find(slug: string): Promise<Agent | undefined> {
    const [agent] = await this.agentsOf(this.living().andWhere({ slug }));
    return agent;
  }

  /** Of the agents with these slugs, those that exist, by slug. */
  async findMany(slugs: readonly string[]): Promise<Map<string, Agent>> {
    const agents = await this.agentsOf(this.living().andWhere({ slug: In(slugs) }));
    return new Map(agents.map((agent) => [agent.slug, agent]));
  }

  /** By slug. */
  async search({ capabilities = [], category, kind, status, text, after, limit }: AgentFilter): Promise<Agent[]> {
    const builder = this.living().orderBy('a.slug');
    if (category !== undefined) builder.andWhere({ category });
    if (kind !== undefined) builder.andWhere({ kind });
    if (after !== undefined) builder.andWhere({ slug: MoreThan(after) });
    // The registry is small, and what an agent can, how it is doing and what is said of it is judged here.
    if (status === undefined && text === undefined && capabilities.length === 0) builder.limit(limit);
    const agents = await this.agentsOf(builder);
    return agents
      .filter((agent) => status === undefined || agent.status === status)
      .filter((agent) => text === undefined || hasText(agent, text))
      .filter((agent) => capabilities.every((capability) => agent.capabilities.includes(capability)))
      .slice(0, limit);
  }

  /** @throws AgentSlugTakenException */
  async insert(tx: Transaction, id: string, agent: AgentDefinition, encryptedSecret: string | null): Promise<void> {
    const { slug, kind } = agent;
    const agents = tx.repository(AgentEntity);
    // The name of a deleted agent is free again.
    const deleted = await agents.findOneBy({ slug, deletedAt: Not(IsNull()) });
    if (deleted) await agents.update({ id: deleted.id }, { slug: `${slug}~${deleted.id}` });
    try {
      await tx.insertMany(AgentEntity, [{ id, slug, kind, ...toColumns({ ...agent, encryptedSecret }) }]);
    } catch (error) {
      if (isUniqueViolation(error, 'agent_slug_unique')) throw new AgentSlugTakenException();
      throw error;
    }
    await tx.insertMany(AgentRuntimeEntity, [{ agentId: id }]);
  }

  /** Inserts what is not there; whatever carries the slug, changed or deleted, is left alone. */
  async seed(tx: Transaction, id: string, agent: AgentDefinition): Promise<boolean> {
    const { slug, kind, description } = agent;
    const row = { id, slug, kind, ...toColumns(agent) };
    if ((await tx.insertMany(AgentEntity, [row], { ignore: true })) === 0) {
      // It may be from before descriptions; one that an operator wrote stays.
      await tx.repository(AgentEntity).update({ slug, description: '' }, { description });
      return false;
    }
    await tx.insertMany(AgentRuntimeEntity, [{ agentId: id }]);
    return true;
  }

  /** Takes part in a transaction; returns the agent as it is then and keeps others from changing or deleting it. */
  async lock(tx: Transaction, slug: string): Promise<Agent | undefined> {
    const builder = this.living(tx.repository(AgentEntity)).andWhere({ slug });
    const [agent] = await this.agentsOf(builder.setLock('for_no_key_update', undefined, ['a']));
    return agent;
  }

  async update(tx: Transaction, id: string, changes: AgentChanges): Promise<void> {
    const columns = toColumns(changes) as object;
    await tx.repository(AgentEntity).update({ id }, { ...columns, updatedAt: () => this.database.dialect.now });
  }

  async markDeleted(tx: Transaction, id: string): Promise<void> {
    const now = (): string => this.database.dialect.now;
    await tx.repository(AgentEntity).update({ id }, { deletedAt: now, updatedAt: now });
  }

  /** @param by id of the user who pauses it; `undefined` lets it start tasks again */
  async setPaused(tx: Transaction, id: string, by: string | undefined): Promise<void> {
    const runtimes = tx.repository(AgentRuntimeEntity);
    const pausedAt = (): string => this.database.dialect.now;
    if (by === undefined) await runtimes.update({ agentId: id }, { pausedAt: null, pausedBy: null });
    else await runtimes.update({ agentId: id, pausedAt: IsNull() }, { pausedAt, pausedBy: by });
  }

  async secretOf(id: string): Promise<string | undefined> {
    const select = { id: true, encryptedSecret: true } as const;
    const agent = await this.database.repository(AgentEntity).findOne({ select, where: { id } });
    return agent?.encryptedSecret ?? undefined;
  }

  /** Agents by state of their circuit breaker, for health and metrics. */
  countOpenCircuits(): Promise<number> {
    return this.living().andWhere(`r.circuitOpenUntil > ${this.database.dialect.now}`).getCount();
  }

  /** Agents that were not deleted, with what is known of how they are doing. */
  private living(agents: Repository<AgentEntity> = this.database.repository(AgentEntity)): Agents {
    return agents
      .createQueryBuilder('a')
      .innerJoinAndMapOne('a.signs', AgentRuntimeEntity, 'r', 'r.agentId = a.id')
      .addSelect(this.database.dialect.now, 'now')
      .where({ deletedAt: IsNull() });
  }

  private async agentsOf(builder: Agents): Promise<Agent[]> {
    const { entities, raw } = await builder.getRawAndEntities<{ now: Date }>();
    return entities.map((agent, index) => {
      const { signs } = agent as AgentEntity & { signs: AgentRuntimeEntity };
      return toAgent(agent, signs, statusOf(agent.kind, signs, raw[index]!.now));
    });
  }
}

type Agents = SelectQueryBuilder<AgentEntity>;

function hasText({ slug, name, description }: Agent, text: string): boolean {
  return [slug, name, description].some((part) => part.toLowerCase().includes(text.toLowerCase()));
}

function toAgent(agent: AgentEntity, { pausedAt, pausedBy }: AgentRuntimeEntity, status: AgentStatus): Agent {
  const { rateLimit, rateWindowSeconds } = agent;
  return {
    id: agent.id,
    slug: agent.slug,
    name: agent.name,
    description: agent.description,
    category: agent.category,
    kind: agent.kind,
    capabilities: agent.capabilities,
    dependencies: agent.dependencies,
    priority: agent.priority,
    minimumRole: agent.minimumRole,
    concurrency: agent.concurrency,
    rateLimit:
      rateLimit === null || rateWindowSeconds === null ? null : { limit: rateLimit, windowSeconds: rateWindowSeconds },
    timeoutSeconds: agent.timeoutSeconds,
    retryPolicy: {
      maxAttempts: agent.maxAttempts,
      initialDelayMs: agent.initialDelayMs,
      maxDelayMs: agent.maxDelayMs,
    },
    budget: {
      maxCostMicros: agent.maxCostMicros,
      dailyCostMicros: agent.dailyCostMicros,
      maxTokens: agent.maxTokens,
    },
    config: agent.config,
    version: agent.version,
    status,
    pausedAt,
    pausedBy,
    createdAt: agent.createdAt,
    updatedAt: agent.updatedAt,
  };
}

function toColumns(changes: AgentChanges): Partial<AgentEntity> {
  const { rateLimit, retryPolicy, budget, capabilities, dependencies, config, ...plain } = changes;
  return {
    ...plain,
    ...(capabilities && { capabilities: [...capabilities] }),
    ...(dependencies && { dependencies: [...dependencies] }),
    ...(config && { config }),
    ...(rateLimit !== undefined && {
      rateLimit: rateLimit?.limit ?? null,
      rateWindowSeconds: rateLimit?.windowSeconds ?? null,
    }),
    ...retryPolicy,
    ...(budget && {
      maxCostMicros: budget.maxCostMicros ?? null,
      dailyCostMicros: budget.dailyCostMicros ?? null,
      maxTokens: budget.maxTokens ?? null,
    }),
  };
}
