import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import { type Conservation, conserved } from '../write-ahead/conservation.js';
import type { RunIdentity } from '../write-ahead/run-identity.js';

/** One life of a process, as the database knows it. */
export interface RunRecord extends Conservation {
  id: string;
  startedAt: Date;
  completedAt: Date | null;
  recoveredAt: Date | null;
  service: string;
  release: string;
  environment: string;
  platform: string;
  nodeVersion: string;
}

interface RunRow extends Record<string, unknown> {
  id: string;
  started_at: Date;
  completed_at: Date | null;
  recovered_at: Date | null;
  service: string;
  release: string;
  environment: string;
  platform: string;
  node_version: string;
  received: string;
  stored: string;
  duplicate: string;
  quarantined: string;
  refused: string;
}

const COUNT_DOORS = {
  name: 'error_run_count_doors',
  text: `
    INSERT INTO error_run (id, started_at, service, release, environment, platform, node_version, host, received, refused)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (id) DO UPDATE SET received = excluded.received, refused = excluded.refused`,
};

const PROJECT_DOORS = {
  name: 'error_run_project_doors',
  text: `
    INSERT INTO error_run_project (run_id, project_id, received, refused)
    SELECT $1, project_id, received, refused
    FROM jsonb_to_recordset($2::jsonb) AS x(project_id integer, received bigint, refused bigint)
    ON CONFLICT (run_id, project_id) DO UPDATE SET received = excluded.received, refused = excluded.refused`,
};

const SUMS = `coalesce(sum(received), 0) AS received, coalesce(sum(stored), 0) AS stored,
  coalesce(sum(duplicate), 0) AS duplicate, coalesce(sum(quarantined), 0) AS quarantined,
  coalesce(sum(refused), 0) AS refused`;

type Sums = Omit<Conservation, 'backlog'>;

/** Questions about runs. */
@Injectable()
export class RunRepository {
  constructor(private readonly database: Database) {}

  /** Notes what came in at the doors of a living run. */
  async countDoors(run: RunIdentity, received: number, refused: number): Promise<void> {
    const { runId, startedAt, service, release, environment, platform, nodeVersion, host } = run;
    await this.database.execute(COUNT_DOORS, [
      runId,
      startedAt,
      service,
      release,
      environment,
      platform,
      nodeVersion,
      host,
      received,
      refused,
    ]);
  }

  /** The same by project. */
  async countProjectDoors(
    runId: string,
    projects: ReadonlyMap<number, { received: number; refused: number }>,
  ): Promise<void> {
    const rows = [...projects].map(([id, { received, refused }]) => ({ project_id: id, received, refused }));
    if (rows.length > 0) await this.database.execute(PROJECT_DOORS, [runId, JSON.stringify(rows)]);
  }

  async complete(runId: string, at: Date): Promise<void> {
    await this.database.execute(`UPDATE error_run SET completed_at = $2 WHERE id = $1`, [runId, at]);
  }

  /** A run whose process died: what reached the disk is what was received. */
  async markRecovered(runId: string, at: Date): Promise<Conservation> {
    const [row] = await this.database.query<SumRow>(
      `WITH projects AS (
         UPDATE error_run_project SET received = stored + duplicate + quarantined + refused WHERE run_id = $1
       )
       UPDATE error_run SET recovered_at = $2, received = stored + duplicate + quarantined + refused WHERE id = $1
       RETURNING received, stored, duplicate, quarantined, refused`,
      [runId, at],
    );
    return { ...toSums(row), backlog: 0 };
  }

  /** For a run whose files are gone. */
  async forgetCheckpoints(runId: string): Promise<void> {
    await this.database.execute(`DELETE FROM error_checkpoint WHERE run_id = $1`, [runId]);
  }

  /** Newest first. @param before id of the last run of the page before */
  async list(limit: number, before: string | undefined): Promise<RunRecord[]> {
    const rows = await this.database.query<RunRow>(
      `SELECT * FROM error_run WHERE $2::text IS NULL OR id < $2 ORDER BY id DESC LIMIT $1`,
      [limit, before ?? null],
    );
    return rows.map(fromRow);
  }

  async find(runId: string): Promise<RunRecord | undefined> {
    const [row] = await this.database.query<RunRow>(`SELECT * FROM error_run WHERE id = $1`, [runId]);
    return row && fromRow(row);
  }

  /** What was decided about the occurrences of a run: notes by the ids of those whose group is resolved. */
  async resolutionsOf(runId: string, atMost: number): Promise<Map<string, string | null>> {
    const rows = await this.database.query<{ id: string; notes: string | null }>(
      `SELECT o.id, v.notes FROM error_group v
       JOIN error_group g ON g.id = v.id OR g.merged_into = v.id
       JOIN error_occurrence o ON o.group_id = g.id AND o.run_id = $1
       WHERE v.status = 'resolved' AND v.merged_into IS NULL
       LIMIT $2`,
      [runId, atMost],
    );
    return new Map(rows.map(({ id, notes }) => [id, notes]));
  }

  /** Tells one state of all resolutions from another. */
  async resolutionState(): Promise<string> {
    const [row] = await this.database.query<{ state: string | null }>(
      `SELECT md5(string_agg(id::text || coalesce(notes, ''), ',' ORDER BY id)) AS state
       FROM error_group WHERE status = 'resolved' AND merged_into IS NULL`,
    );
    return row?.state ?? '';
  }

  /** Sums over every run but one, whose own count is fresher. */
  async sumOfOthers(runId: string): Promise<Sums> {
    const [row] = await this.database.query<SumRow>(`SELECT ${SUMS} FROM error_run WHERE id <> $1`, [runId]);
    return toSums(row);
  }

  /** The same by project. */
  async sumOfOthersByProject(runId: string): Promise<Map<number, Sums>> {
    const rows = await this.database.query<SumRow & { project_id: number }>(
      `SELECT project_id, ${SUMS} FROM error_run_project WHERE run_id <> $1 GROUP BY project_id`,
      [runId],
    );
    return new Map(rows.map((row) => [row.project_id, toSums(row)]));
  }
}

type SumRow = Record<keyof Sums, string>;

function toSums(row: Readonly<SumRow> | undefined): Sums {
  return {
    received: Number(row?.received ?? 0),
    stored: Number(row?.stored ?? 0),
    duplicate: Number(row?.duplicate ?? 0),
    quarantined: Number(row?.quarantined ?? 0),
    refused: Number(row?.refused ?? 0),
  };
}

function fromRow(row: RunRow): RunRecord {
  return {
    id: row.id,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    recoveredAt: row.recovered_at,
    service: row.service,
    release: row.release,
    environment: row.environment,
    platform: row.platform,
    nodeVersion: row.node_version,
    ...conserved(toSums(row)),
  };
}
