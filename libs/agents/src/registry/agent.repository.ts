import { Injectable } from '@nestjs/common';
import { Database, isUniqueViolation, type Transaction } from '#platform/database';
import type { AgentKind } from '../runners/agent-kinds.js';
import type { Agent, AgentDefinition, AgentStatus } from './agent.js';
import { AgentSlugTakenException } from '../tasks/agents.exceptions.js';
import { AgentEntity } from '../tables/agent.entity.js';
import { CIRCUIT_OPEN, STATUS, toAgent, type AgentRow } from './agent.postgres.js';

/** What a search of the registry asks for; everything given must hold. */
export interface AgentFilter {
  readonly capabilities?: readonly string[] | undefined;
  readonly category?: string | undefined;
  readonly kind?: AgentKind | undefined;
  readonly status?: AgentStatus | undefined;
  /** Slug after which the page begins. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A change of a definition; what is absent stays. A `null` secret removes it. */
export type AgentChanges = Partial<Omit<AgentDefinition, 'slug'>> & { encryptedSecret?: string | null };

const SELECT = `SELECT a.*, ${STATUS} AS status FROM agent a JOIN agent_runtime r ON r.agent_id = a.id`;

const FIND = { name: 'agent_find', text: `${SELECT} WHERE a.slug = $1 AND a.deleted_at IS NULL` };

const SEARCH = {
  name: 'agent_search',
  text: `
    SELECT * FROM (${SELECT} WHERE a.deleted_at IS NULL) found
    WHERE ($1::text[] IS NULL OR capabilities @> $1) AND ($2::text IS NULL OR category = $2)
      AND ($3::text IS NULL OR kind = $3) AND ($4::text IS NULL OR status = $4) AND ($5::text IS NULL OR slug > $5)
    ORDER BY slug LIMIT $6`,
};

/** The registry's tables. */
@Injectable()
export class AgentRepository {
  constructor(private readonly database: Database) {}

  async find(slug: string): Promise<Agent | undefined> {
    const [row] = await this.database.query<AgentRow>(FIND, [slug]);
    return row && toAgent(row);
  }

  /** Of the agents with these slugs, those that exist, by slug. */
  async findMany(slugs: readonly string[]): Promise<Map<string, Agent>> {
    const rows = await this.database.query<AgentRow>(`${SELECT} WHERE a.slug = ANY ($1) AND a.deleted_at IS NULL`, [
      slugs,
    ]);
    return new Map(rows.map((row) => [row.slug, toAgent(row)]));
  }

  async search(filter: AgentFilter): Promise<Agent[]> {
    const { capabilities = [], category = null, kind = null, status = null, after = null, limit } = filter;
    const wanted = capabilities.length > 0 ? capabilities : null;
    return (await this.database.query<AgentRow>(SEARCH, [wanted, category, kind, status, after, limit])).map(toAgent);
  }

  /** @throws AgentSlugTakenException */
  async insert(tx: Transaction, id: string, agent: AgentDefinition, encryptedSecret: string | null): Promise<void> {
    // The name of a deleted agent is free again.
    await tx.execute(`UPDATE agent SET slug = slug || '~' || id WHERE slug = $1 AND deleted_at IS NOT NULL`, [
      agent.slug,
    ]);
    try {
      const { slug, kind } = agent;
      await tx.manager.insert(AgentEntity, { id, slug, kind, ...toColumns({ ...agent, encryptedSecret }) });
    } catch (error) {
      if (isUniqueViolation(error, 'agent_slug_unique')) throw new AgentSlugTakenException();
      throw error;
    }
    await tx.execute('INSERT INTO agent_runtime (agent_id) VALUES ($1)', [id]);
  }

  /** Inserts what is not there; whatever carries the slug, changed or deleted, is left alone. */
  async seed(tx: Transaction, id: string, agent: AgentDefinition): Promise<boolean> {
    const { slug, kind, description } = agent;
    const inserted = await tx.manager
      .createQueryBuilder()
      .insert()
      .into(AgentEntity)
      .values({ id, slug, kind, ...toColumns(agent) })
      .orIgnore()
      .returning('id')
      .execute();
    if ((inserted.raw as unknown[]).length === 0) {
      // It may be from before descriptions; one that an operator wrote stays.
      await tx.execute(`UPDATE agent SET description = $2 WHERE slug = $1 AND description = ''`, [slug, description]);
      return false;
    }
    await tx.execute('INSERT INTO agent_runtime (agent_id) VALUES ($1)', [id]);
    return true;
  }

  /** Takes part in a transaction; returns the agent as it is then and keeps others from changing or deleting it. */
  async lock(tx: Transaction, slug: string): Promise<Agent | undefined> {
    const [row] = await tx.query<AgentRow>(`${FIND.text} FOR NO KEY UPDATE OF a`, [slug]);
    return row && toAgent(row);
  }

  async update(tx: Transaction, id: string, changes: AgentChanges): Promise<void> {
    await tx.manager
      .createQueryBuilder()
      .update(AgentEntity)
      .set({ ...(toColumns(changes) as object), updatedAt: () => 'now()' })
      .where('id = :id', { id })
      .execute();
  }

  async markDeleted(tx: Transaction, id: string): Promise<void> {
    await tx.execute('UPDATE agent SET deleted_at = now(), updated_at = now() WHERE id = $1', [id]);
  }

  async setPaused(tx: Transaction, id: string, isPaused: boolean): Promise<void> {
    await tx.execute(
      'UPDATE agent_runtime SET paused_at = CASE WHEN $2 THEN coalesce(paused_at, now()) END WHERE agent_id = $1',
      [id, isPaused],
    );
  }

  async secretOf(id: string): Promise<string | undefined> {
    const [row] = await this.database.query<{ encrypted_secret: string | null }>(
      'SELECT encrypted_secret FROM agent WHERE id = $1',
      [id],
    );
    return row?.encrypted_secret ?? undefined;
  }

  /** Agents by state of their circuit breaker, for health and metrics. */
  async countOpenCircuits(): Promise<number> {
    const [row] = await this.database.query<{ n: string }>(
      `SELECT count(*) AS n FROM agent a JOIN agent_runtime r ON r.agent_id = a.id WHERE a.deleted_at IS NULL AND ${CIRCUIT_OPEN}`,
    );
    return Number(row?.n ?? 0);
  }
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
