import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';

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

interface ProjectRow extends Record<string, unknown> {
  id: number;
  name: string;
  created_at: Date;
  rate_limit_per_minute: number | null;
  retention_days: number | null;
  keys: string[];
}

const SELECT = `
  SELECT p.id, p.name, p.created_at, p.rate_limit_per_minute, p.retention_days,
         coalesce((SELECT json_agg(k.public_key ORDER BY k.created_at, k.public_key)
                   FROM error_project_key k WHERE k.project_id = p.id), '[]'::json) AS keys
  FROM error_project p
  WHERE p.deleted_at IS NULL`;

const ADD_ITEMS = {
  name: 'error_project_items_add',
  text: `
    INSERT INTO error_project_item (project_id, kind, category, reason, quantity)
    SELECT project_id, kind, category, reason, quantity FROM jsonb_to_recordset($1::jsonb)
      AS x(project_id integer, kind text, category text, reason text, quantity bigint)
    ORDER BY project_id, kind, category, reason
    ON CONFLICT (project_id, kind, category, reason)
      DO UPDATE SET quantity = error_project_item.quantity + excluded.quantity`,
};

/** Questions about projects and their keys. */
@Injectable()
export class ProjectRepository {
  constructor(private readonly database: Database) {}

  /** In the order they were made. @param after id of the last one of the page before */
  async list(limit: number, after: number): Promise<Project[]> {
    return this.select(`${SELECT} AND p.id > $2 ORDER BY p.id LIMIT $1`, [limit, after]);
  }

  /** All of them with their keys. */
  async all(): Promise<Project[]> {
    return this.select(SELECT, []);
  }

  async find(id: number): Promise<Project | undefined> {
    const [project] = await this.select(`${SELECT} AND p.id = $1`, [id]);
    return project;
  }

  /** Names by id, of deleted projects too. */
  async names(): Promise<Map<number, string>> {
    const rows = await this.database.query<{ id: number; name: string }>(`SELECT id, name FROM error_project`);
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** @throws a unique violation when a living project has the name */
  async insert(
    tx: Transaction,
    project: Pick<Project, 'name' | 'rateLimitPerMinute' | 'retentionDays' | 'createdAt'>,
  ): Promise<number> {
    const { name, rateLimitPerMinute, retentionDays, createdAt } = project;
    const [row] = await tx.query<{ id: number }>(
      `INSERT INTO error_project (name, rate_limit_per_minute, retention_days, created_at) VALUES ($1, $2, $3, $4)
       RETURNING id`,
      [name, rateLimitPerMinute, retentionDays, createdAt],
    );
    return Number(row?.id);
  }

  /** Whether there was such a project. Its keys go, its occurrences stay. */
  async delete(tx: Transaction, id: number, at: Date): Promise<boolean> {
    await tx.execute(`DELETE FROM error_project_key WHERE project_id = $1`, [id]);
    const changed = await tx.execute(`UPDATE error_project SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL`, [
      id,
      at,
    ]);
    return changed > 0;
  }

  /** Whether there is such a project; locked until the transaction ends, so that it cannot be deleted meanwhile. */
  async lock(tx: Transaction, id: number): Promise<boolean> {
    const rows = await tx.query(`SELECT id FROM error_project WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`, [id]);
    return rows.length > 0;
  }

  async insertKey(tx: Transaction, projectId: number, key: string, at: Date): Promise<void> {
    await tx.execute(`INSERT INTO error_project_key (public_key, project_id, created_at) VALUES ($1, $2, $3)`, [
      key,
      projectId,
      at,
    ]);
  }

  /** Whether there was such a key. */
  async deleteKey(tx: Transaction, projectId: number, key: string): Promise<boolean> {
    const sql = `DELETE FROM error_project_key WHERE project_id = $1 AND public_key = $2`;
    return (await tx.execute(sql, [projectId, key])) > 0;
  }

  async addItems(counts: readonly (ItemCount & { projectId: number })[]): Promise<void> {
    const rows = counts.map(({ projectId, ...count }) => ({ project_id: projectId, ...count }));
    await this.database.execute(ADD_ITEMS, [JSON.stringify(rows)]);
  }

  async itemsOf(projectId: number): Promise<ItemCount[]> {
    const rows = await this.database.query<ItemCount & { quantity: string } & Record<string, unknown>>(
      `SELECT kind, category, reason, quantity FROM error_project_item WHERE project_id = $1 ORDER BY kind, category, reason`,
      [projectId],
    );
    return rows.map(({ kind, category, reason, quantity }) => ({ kind, category, reason, quantity: Number(quantity) }));
  }

  /** What senders said that they dropped, by project. */
  async lostByProject(): Promise<Map<number, number>> {
    const rows = await this.database.query<{ project_id: number; quantity: string }>(
      `SELECT project_id, sum(quantity) AS quantity FROM error_project_item WHERE kind = 'lost' GROUP BY project_id`,
    );
    return new Map(rows.map(({ project_id, quantity }) => [project_id, Number(quantity)]));
  }

  private async select(sql: string, values: readonly unknown[]): Promise<Project[]> {
    const rows = await this.database.query<ProjectRow>(sql, values);
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      createdAt: row.created_at,
      rateLimitPerMinute: row.rate_limit_per_minute,
      retentionDays: row.retention_days,
      keys: row.keys,
    }));
  }
}
