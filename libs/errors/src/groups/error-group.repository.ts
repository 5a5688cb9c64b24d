import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { ErrorCategory, Severity } from '#platform/kernel';
import type { GroupStatus } from '../grouping/group-status.js';
import type { GroupingReason } from '../grouping/grouping.js';
import type { ErrorGroup, GroupFilter, GroupPatch, GroupSort } from './error-group.js';

interface GroupRow extends Record<string, unknown> {
  id: string;
  title: string;
  culprit: string;
  severity: Severity;
  category: ErrorCategory;
  status: GroupStatus;
  count: string;
  first_seen: Date;
  last_seen: Date;
  service: string;
  release: string | null;
  assignee: string | null;
  notes: string | null;
  resolved_at: Date | null;
  resolved_in_release: string | null;
  regressed_at: Date | null;
  ignore_until: Date | null;
  ignore_count: string | null;
  why: GroupingReason;
}

const SORT_COLUMN: Readonly<Record<GroupSort, { column: string; type: string }>> = {
  lastSeen: { column: 'last_seen', type: 'timestamptz' },
  firstSeen: { column: 'first_seen', type: 'timestamptz' },
  count: { column: 'count', type: 'bigint' },
};

const PATCH_COLUMN: Readonly<Record<keyof GroupPatch, string>> = {
  status: 'status',
  notes: 'notes',
  assignee: 'assignee',
  resolvedAt: 'resolved_at',
  resolvedInRelease: 'resolved_in_release',
  ignoreUntil: 'ignore_until',
  ignoreCount: 'ignore_count',
  ignoredAtCount: 'ignored_at_count',
};

/** So many matches are sooner read than the list is searched for them. */
const FEW = 300;

/** Adds a value to a statement and gives its mark. */
type Bind = (value: unknown) => string;

interface Matches {
  ids: string[] | undefined;
  isMatch: (bind: Bind) => string;
}

/** Questions about groups. */
@Injectable()
export class ErrorGroupRepository {
  constructor(private readonly database: Database) {}

  /**
   * Groups in descending order; those merged into another are not shown.
   *
   * @param after sort value and id of the last group of the page before
   */
  async list(
    filter: GroupFilter,
    sort: GroupSort,
    limit: number,
    after: readonly [value: string | number, id: string] | undefined,
  ): Promise<ErrorGroup[]> {
    const values: unknown[] = [];
    const bind = (value: unknown): string => `$${values.push(value)}`;
    const where = ['g.merged_into IS NULL'];
    const equals: [string, unknown][] = [
      ['severity', filter.severity],
      ['category', filter.category],
      ['status', filter.status],
      ['service', filter.service],
    ];
    for (const [column, value] of equals) if (value !== undefined) where.push(`g.${column} = ${bind(value)}`);
    if (filter.since !== undefined) where.push(`g.last_seen >= ${bind(filter.since)}`);
    for (const { ids, isMatch } of await this.matchesOf(filter)) {
      where.push(ids ? `g.id = ANY(${bind(ids)}::uuid[])` : isMatch(bind));
    }
    const { column, type } = SORT_COLUMN[sort];
    if (after) where.push(`(g.${column}, g.id) < (${bind(after[0])}::${type}, ${bind(after[1])}::uuid)`);
    const rows = await this.database.query<GroupRow>(
      `SELECT g.* FROM error_group g WHERE ${where.join(' AND ')}
       ORDER BY g.${column} DESC, g.id DESC LIMIT ${bind(limit)}`,
      values,
    );
    return rows.map(fromRow);
  }

  /**
   * Groups that have the text, and those of the release and environment: their ids where they are few, else a condition that is cheap
   * for one group, as the list then soon has enough.
   */
  private async matchesOf({ text, release, environment }: GroupFilter): Promise<Matches[]> {
    const questions: { values: string[]; few: string; isMatch: (bind: Bind) => string }[] = [];
    if (text !== undefined) {
      const values = [`%${text.replace(/[\\%_]/g, '\\$&')}%`];
      const few = `SELECT group_id AS id FROM error_group_text WHERE text ILIKE $1`;
      const isMatch = (bind: Bind): string =>
        `(SELECT t.text ILIKE ${bind(values[0])} FROM error_group_text t WHERE t.group_id = g.id)`;
      questions.push({ values, few, isMatch });
    }
    const places = Object.entries({ release, environment }).filter(([, value]) => value !== undefined);
    if (places.length > 0) {
      const values = places.map(([, value]) => value as string);
      const seen = (bind: Bind): string =>
        places.map(([column, value]) => `p.${column} = ${bind(value)}`).join(' AND ');
      const numbered = places.map(([column], index) => `p.${column} = $${index + 1}`).join(' AND ');
      // Group by group: a join would read all groups there are.
      const few = `SELECT (SELECT coalesce(m.merged_into, m.id) FROM error_group m WHERE m.id = p.group_id) AS id
        FROM error_group_presence p WHERE ${numbered}`;
      const isMatch = (bind: Bind): string => `coalesce(
        (SELECT true FROM error_group_presence p WHERE p.group_id = g.id AND ${seen(bind)} LIMIT 1),
        (SELECT true FROM error_group m JOIN error_group_presence p ON p.group_id = m.id
         WHERE m.merged_into = g.id AND ${seen(bind)} LIMIT 1), false)`;
      questions.push({ values, few, isMatch });
    }
    return Promise.all(
      questions.map(async ({ values, few, isMatch }) => {
        const rows = await this.database.query<{ id: string }>(`${few} LIMIT ${FEW + 1}`, values);
        return { ids: rows.length > FEW ? undefined : rows.map(({ id }) => id), isMatch };
      }),
    );
  }

  /** A group, or the one it was merged into. */
  async find(id: string): Promise<ErrorGroup | undefined> {
    const [row] = await this.database.query<GroupRow>(
      `SELECT g.* FROM error_group g
       WHERE g.id = (SELECT coalesce(merged_into, id) FROM error_group WHERE id = $1)`,
      [id],
    );
    return row && fromRow(row);
  }

  /** Groups by their ids; those that are not shown are left out. */
  async findShown(ids: readonly string[]): Promise<Map<string, ErrorGroup>> {
    const rows = await this.database.query<GroupRow>(
      `SELECT g.* FROM error_group g WHERE g.id = ANY($1::uuid[]) AND g.merged_into IS NULL`,
      [ids],
    );
    return new Map(rows.map((row) => [row.id, fromRow(row)]));
  }

  /** Groups, or those they were merged into, each once and locked until the transaction ends. */
  async lockAll(tx: Transaction, ids: readonly string[]): Promise<ErrorGroup[]> {
    const rows = await tx.query<GroupRow>(
      `SELECT g.* FROM error_group g
       WHERE g.id IN (SELECT coalesce(merged_into, id) FROM error_group WHERE id = ANY($1::uuid[]))
       ORDER BY g.id FOR UPDATE`,
      [ids],
    );
    return rows.map(fromRow);
  }

  /** Which of these there are. */
  async known(tx: Transaction, ids: readonly string[]): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }>(`SELECT id FROM error_group WHERE id = ANY($1::uuid[])`, [ids]);
    return new Set(rows.map(({ id }) => id));
  }

  async update(tx: Transaction, id: string, patch: GroupPatch): Promise<ErrorGroup | undefined> {
    const changes = (Object.entries(patch) as [string, unknown][]).filter(([, value]) => value !== undefined);
    const assignments = changes.map(([key], index) => `${PATCH_COLUMN[key as keyof GroupPatch]} = $${index + 2}`);
    const [row] = await tx.query<GroupRow>(
      changes.length === 0
        ? `SELECT * FROM error_group WHERE id = $1`
        : `UPDATE error_group SET ${assignments.join(', ')} WHERE id = $1 RETURNING *`,
      [id, ...changes.map(([, value]) => value)],
    );
    return row && fromRow(row);
  }

  /** Reopens groups whose time of being ignored is over. */
  async reopenExpired(): Promise<number> {
    return this.database.execute(
      `UPDATE error_group SET status = 'open', ignore_until = NULL WHERE status = 'ignored' AND ignore_until < now()`,
    );
  }

  async countByStatus(): Promise<Record<GroupStatus, number>> {
    const rows = await this.database.query<{ status: GroupStatus; groups: string }>(
      `SELECT status, sum(groups) AS groups FROM error_group_count GROUP BY status`,
    );
    const counts: Record<GroupStatus, number> = { open: 0, resolved: 0, ignored: 0, regressed: 0 };
    for (const { status, groups } of rows) counts[status] = Number(groups);
    return counts;
  }

  /** Adds up what changed since the last time. */
  async sumCounts(): Promise<void> {
    await this.database.execute(
      `WITH changes AS (DELETE FROM error_group_count RETURNING status, groups)
       INSERT INTO error_group_count (status, groups) SELECT status, sum(groups) FROM changes GROUP BY status`,
    );
  }

  async countFirstSeenSince(since: Date): Promise<number> {
    const [row] = await this.database.query<{ groups: string }>(
      `SELECT count(*) AS groups FROM error_group WHERE merged_into IS NULL AND first_seen >= $1`,
      [since],
    );
    return Number(row?.groups ?? 0);
  }
}

function fromRow(row: GroupRow): ErrorGroup {
  return {
    id: row.id,
    title: row.title,
    culprit: row.culprit,
    severity: row.severity,
    category: row.category,
    status: row.status,
    count: Number(row.count),
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    service: row.service,
    release: row.release,
    assignee: row.assignee,
    notes: row.notes,
    resolvedAt: row.resolved_at,
    resolvedInRelease: row.resolved_in_release,
    regressedAt: row.regressed_at,
    ignoreUntil: row.ignore_until,
    ignoreCount: row.ignore_count === null ? null : Number(row.ignore_count),
    why: row.why,
  };
}
