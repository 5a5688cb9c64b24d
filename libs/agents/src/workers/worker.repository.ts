import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { IS_LEASED } from '../runners/agent-kind.postgres.js';
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

type WorkerRow = {
  id: string;
  owner_id: string;
  credential_id: string | null;
  name: string;
  agents: string[];
  slots: number;
  runtime: string | null;
};

/** A busy worker is noted as seen no more often than this. */
const SEEN_EVERY = `interval '10 seconds'`;

const FIND = { name: 'agent_worker_find', text: 'SELECT * FROM agent_worker WHERE id = $1' };

const LEASABLE = {
  name: 'agent_worker_leasable',
  text: `
    SELECT slug FROM agent a WHERE ${IS_LEASED} AND deleted_at IS NULL AND minimum_role = ANY ($1)
      AND ($2::text[] = '{}' OR slug = ANY ($2)) AND ($3::text[] = '{}' OR slug = ANY ($3))`,
};

/** Rows that somebody else holds are skipped: being seen can wait, and must not make claims wait. */
const SEEN = {
  name: 'agent_worker_seen',
  text: `
    WITH worker AS (
      UPDATE agent_worker SET last_seen_at = now() WHERE id = $1 AND last_seen_at < now() - ${SEEN_EVERY}
    )
    UPDATE agent_runtime SET worker_seen_at = now() WHERE agent_id IN (
      SELECT r.agent_id FROM agent_runtime r JOIN agent a ON a.id = r.agent_id
      WHERE a.slug = ANY ($2) AND (r.worker_seen_at IS NULL OR r.worker_seen_at < now() - ${SEEN_EVERY})
      FOR NO KEY UPDATE OF r SKIP LOCKED)`,
};

/** Who leases tasks. */
@Injectable()
export class WorkerRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Transaction, worker: Worker): Promise<void> {
    const { id, ownerId, credentialId, name, agents, slots, runtime } = worker;
    await tx.execute(
      'INSERT INTO agent_worker (id, owner_id, credential_id, name, agents, slots, runtime) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [id, ownerId, credentialId, name, agents, slots, runtime],
    );
  }

  async find(id: string): Promise<Worker | undefined> {
    const [row] = await this.database.query<WorkerRow>(FIND, [id]);
    return row && toWorker(row);
  }

  /** Gives a worker from before credentials were noted to the first one that acts as it. */
  async adopt(id: string, credentialId: string): Promise<Worker | undefined> {
    const sql = 'UPDATE agent_worker SET credential_id = coalesce(credential_id, $2) WHERE id = $1 RETURNING *';
    const [row] = await this.database.query<WorkerRow>(sql, [id, credentialId]);
    return row && toWorker(row);
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
    const rows = await this.database.query<{ slug: string }>(LEASABLE, [roles, allowed, wanted]);
    return rows.map(({ slug }) => slug);
  }

  /** Notes that a worker of these agents is alive. */
  async seen(id: string, agents: readonly string[]): Promise<void> {
    await this.database.execute(SEEN, [id, agents]);
  }
}

function toWorker({ owner_id, credential_id, ...row }: WorkerRow): Worker {
  return { ...row, ownerId: owner_id, credentialId: credential_id };
}
