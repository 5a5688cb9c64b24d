import { Injectable } from '@nestjs/common';
import { type FindOptionsWhere, In, IsNull, MoreThan } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import { ProjectItemEntity } from '../tables/project-item.entity.js';
import { ProjectKeyEntity } from '../tables/project-key.entity.js';
import { ProjectEntity } from '../tables/project.entity.js';

/** A service that reports through keys of its own. */
export interface Project {
  id: number;
  name: string;
  createdAt: Date;
  /** Events a minute; `null` is no limit. */
  rateLimitPerMinute: number | null;
  /** Days that its occurrences are kept; `null` is the ledger's own. */
  retentionDays: number | null;
  /** Public keys of its DSNs, oldest first. */
  keys: string[];
}

/** How often a kind of item came, or how much a sender said that it dropped. */
export interface ItemCount {
  kind: 'item' | 'lost';
  category: string;
  /** Why it was dropped; empty for items. */
  reason: string;
  quantity: number;
}

/** Questions about projects and their keys. */
@Injectable()
export class ProjectRepository {
  constructor(private readonly database: Database) {}

  /** In the order they were made. @param after id of the last one of the page before */
  list(limit: number, after: number): Promise<Project[]> {
    return this.withKeys({ id: MoreThan(after) }, limit);
  }

  /** All of them with their keys. */
  all(): Promise<Project[]> {
    return this.withKeys({});
  }

  async find(id: number): Promise<Project | undefined> {
    const [project] = await this.withKeys({ id });
    return project;
  }

  /** Names by id, of deleted projects too. */
  async names(): Promise<Map<number, string>> {
    const projects = await this.database.repository(ProjectEntity).find();
    return new Map(projects.map(({ id, name }) => [id, name]));
  }

  /** @throws a unique violation when a living project has the name */
  async insert(
    tx: Transaction,
    project: Pick<Project, 'name' | 'rateLimitPerMinute' | 'retentionDays' | 'createdAt'>,
  ): Promise<number> {
    const livingName = project.name;
    await tx.insertMany(ProjectEntity, [{ ...project, livingName }]);
    const { id } = await tx.repository(ProjectEntity).findOneByOrFail({ livingName });
    return id;
  }

  /** Whether there was such a project. Its keys go, its occurrences stay. */
  async delete(tx: Transaction, id: number, at: Date): Promise<boolean> {
    await tx.repository(ProjectKeyEntity).delete({ projectId: id });
    const deleted = { deletedAt: at, livingName: null };
    const { affected } = await tx.repository(ProjectEntity).update({ id, deletedAt: IsNull() }, deleted);
    return affected === 1;
  }

  /** Whether there is such a project; locked until the transaction ends, so that it cannot be deleted meanwhile. */
  async lock(tx: Transaction, id: number): Promise<boolean> {
    return (await tx.lockOne(ProjectEntity, { id, deletedAt: IsNull() })) !== null;
  }

  async insertKey(tx: Transaction, projectId: number, key: string, at: Date): Promise<void> {
    await tx.insertMany(ProjectKeyEntity, [{ publicKey: key, projectId, createdAt: at }]);
  }

  /** Whether there was such a key. */
  async deleteKey(tx: Transaction, projectId: number, key: string): Promise<boolean> {
    const { affected } = await tx.repository(ProjectKeyEntity).delete({ projectId, publicKey: key });
    return affected === 1;
  }

  async addItems(counts: readonly (ItemCount & { projectId: number })[]): Promise<void> {
    // In one order everywhere, so that no two replicas wait for each other.
    const rows = counts
      .map((count) => ({ count, key: JSON.stringify([count.projectId, count.kind, count.category, count.reason]) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ count }) => count);
    const key = ['projectId', 'kind', 'category', 'reason'] as const;
    await this.database.insertMany(ProjectItemEntity, rows, { key, set: { quantity: 'add' } });
  }

  async itemsOf(projectId: number): Promise<ItemCount[]> {
    const order = { kind: 'ASC', category: 'ASC', reason: 'ASC' } as const;
    const items = await this.database.repository(ProjectItemEntity).find({ where: { projectId }, order });
    return items.map(({ kind, category, reason, quantity }) => ({ kind, category, reason, quantity }));
  }

  /** What senders said that they dropped, by project. */
  async lostByProject(): Promise<Map<number, number>> {
    const rows = await this.database
      .repository(ProjectItemEntity)
      .createQueryBuilder('i')
      .select('i.projectId', 'id')
      .addSelect('SUM(i.quantity)', 'lost')
      .where({ kind: 'lost' })
      .groupBy('i.projectId')
      .getRawMany<{ id: number; lost: string }>();
    return new Map(rows.map(({ id, lost }) => [id, Number(lost)]));
  }

  private async withKeys(where: FindOptionsWhere<ProjectEntity>, limit?: number): Promise<Project[]> {
    const living = { ...where, deletedAt: IsNull() };
    const projects = await this.database
      .repository(ProjectEntity)
      .find({ where: living, order: { id: 'ASC' }, ...(limit !== undefined && { take: limit }) });
    const keys = await this.database.repository(ProjectKeyEntity).find({
      where: { projectId: In(projects.map(({ id }) => id)) },
      order: { createdAt: 'ASC', publicKey: 'ASC' },
    });
    return projects.map(({ id, name, createdAt, rateLimitPerMinute, retentionDays }) => ({
      id,
      name,
      createdAt,
      rateLimitPerMinute,
      retentionDays,
      keys: keys.filter(({ projectId }) => projectId === id).map(({ publicKey }) => publicKey),
    }));
  }
}
