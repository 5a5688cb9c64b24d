import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { ErrorCategory, Severity } from '#platform/kernel';
import type { Occurrence } from './occurrence.js';

/** An occurrence as it is shown: with its group, its run, and what became of the group. */
export interface RecordedOccurrence extends Occurrence {
  groupId: string;
  runId: string;
  sequence: number;
  resolved: boolean;
  resolutionNotes: string | null;
}

/** What an export is narrowed by. */
export interface ExportFilter {
  severity?: Severity | undefined;
  category?: ErrorCategory | undefined;
  service?: string | undefined;
  release?: string | undefined;
  environment?: string | undefined;
  /** Accepted at or after. */
  since?: Date | undefined;
}

/** Fields of an occurrence that have columns of their own. */
type Columns =
  | ('errorId' | 'timestamp' | 'receivedAt' | 'severity' | 'category' | 'errorType' | 'errorMessage' | 'service')
  | ('release' | 'environment' | 'correlationId' | 'userId' | 'endpoint' | 'method' | 'projectId');

/** All its other fields, which share one. */
export type OccurrenceDetail = Omit<Occurrence, Columns>;

interface OccurrenceRow extends Record<string, unknown> {
  id: string;
  group_id: string;
  run_id: string;
  sequence: string;
  occurred_at: Date;
  received_at: Date;
  severity: Severity;
  category: ErrorCategory;
  error_type: string;
  error_message: string;
  service: string;
  release: string | null;
  environment: string | null;
  correlation_id: string | null;
  user_id: string | null;
  endpoint: string | null;
  method: string | null;
  project_id: number | null;
  detail: OccurrenceDetail;
  group_status: string;
  group_notes: string | null;
}

const SELECT = `
  SELECT o.*, v.id AS group_id, v.status AS group_status, v.notes AS group_notes
  FROM error_occurrence o
  JOIN error_group g ON g.id = o.group_id
  JOIN error_group v ON v.id = coalesce(g.merged_into, g.id)`;

const FIND = { name: 'error_occurrence_find', text: `${SELECT} WHERE o.id = $1` };

const REMOVE_EXPIRED = {
  name: 'error_occurrences_remove_expired',
  text: `
    WITH own AS (
      SELECT id, $1::timestamptz - make_interval(days => retention_days) AS oldest
      FROM error_project WHERE retention_days IS NOT NULL
    )
    DELETE FROM error_occurrence WHERE id IN (
      (SELECT o.id FROM error_occurrence o
       WHERE o.received_at < $1::timestamptz - make_interval(days => $2)
         AND (o.project_id IS NULL OR o.project_id NOT IN (SELECT id FROM own))
       ORDER BY o.received_at LIMIT $3)
      UNION ALL
      (SELECT o.id FROM own JOIN error_occurrence o ON o.project_id = own.id AND o.received_at < own.oldest LIMIT $3)
    )`,
};

/** Questions about occurrences. */
@Injectable()
export class OccurrenceRepository {
  constructor(private readonly database: Database) {}

  async find(errorId: string): Promise<RecordedOccurrence | undefined> {
    const [row] = await this.database.query<OccurrenceRow>(FIND, [errorId]);
    return row && fromRow(row);
  }

  /** Newest first: the newest of the group, and of each that was merged into it. @param after time and id of the last one of the page before */
  async listOfGroup(
    groupId: string,
    limit: number,
    after: readonly [time: string, id: string] | undefined,
  ): Promise<RecordedOccurrence[]> {
    const rows = await this.database.query<OccurrenceRow>(
      `SELECT o.*, v.id AS group_id, v.status AS group_status, v.notes AS group_notes
       FROM error_group v, error_group g
       CROSS JOIN LATERAL (
         SELECT * FROM error_occurrence o
         WHERE o.group_id = g.id ${after ? 'AND (o.occurred_at, o.id) < ($3::timestamptz, $4::uuid)' : ''}
         ORDER BY o.occurred_at DESC, o.id DESC LIMIT $2
       ) o
       WHERE v.id = $1 AND (g.id = $1 OR g.merged_into = $1)
       ORDER BY o.occurred_at DESC, o.id DESC LIMIT $2`,
      [groupId, limit, ...(after ?? [])],
    );
    return rows.map(fromRow);
  }

  /**
   * Occurrences in the order they were accepted.
   *
   * @param until those accepted before
   * @param after when the last one of the chunk before was accepted, and its id
   */
  async listAccepted(
    filter: ExportFilter,
    until: Date,
    limit: number,
    after: readonly [time: string, id: string] | undefined,
  ): Promise<RecordedOccurrence[]> {
    const values: unknown[] = [];
    const bind = (value: unknown): string => `$${values.push(value)}`;
    const where = [`o.received_at < ${bind(until)}`];
    if (filter.since !== undefined) where.push(`o.received_at >= ${bind(filter.since)}`);
    if (after) where.push(`(o.received_at, o.id) > (${bind(after[0])}::timestamptz, ${bind(after[1])}::uuid)`);
    for (const column of ['severity', 'category', 'service', 'release', 'environment'] as const) {
      if (filter[column] !== undefined) where.push(`o.${column} = ${bind(filter[column])}`);
    }
    const rows = await this.database.query<OccurrenceRow>(
      `${SELECT} WHERE ${where.join(' AND ')} ORDER BY o.received_at, o.id LIMIT ${bind(limit)}`,
      values,
    );
    return rows.map(fromRow);
  }

  /** Occurrences of a run in the order they were accepted. */
  async listOfRun(runId: string, afterSequence: number, limit: number): Promise<RecordedOccurrence[]> {
    const rows = await this.database.query<OccurrenceRow>(
      `${SELECT} WHERE o.run_id = $1 AND o.sequence > $2 ORDER BY o.sequence LIMIT $3`,
      [runId, afterSequence, limit],
    );
    return rows.map(fromRow);
  }

  /**
   * Removes a bounded number of occurrences past their retention; counts of groups and hours stay.
   *
   * @param now what `days` are counted back from
   * @param days retention where the project has none of its own
   */
  async removeExpired(now: Date, days: number, atMost: number): Promise<number> {
    return this.database.execute(REMOVE_EXPIRED, [now, days, atMost]);
  }
}

function fromRow(row: OccurrenceRow): RecordedOccurrence {
  return {
    ...row.detail,
    errorId: row.id,
    timestamp: row.occurred_at.toISOString(),
    receivedAt: row.received_at.toISOString(),
    severity: row.severity,
    category: row.category,
    errorType: row.error_type,
    errorMessage: row.error_message,
    service: row.service,
    release: row.release,
    environment: row.environment,
    correlationId: row.correlation_id,
    userId: row.user_id,
    endpoint: row.endpoint,
    method: row.method,
    projectId: row.project_id ?? undefined,
    groupId: row.group_id,
    runId: row.run_id,
    sequence: Number(row.sequence),
    resolved: row.group_status === 'resolved',
    resolutionNotes: row.group_status === 'resolved' ? row.group_notes : null,
  };
}
