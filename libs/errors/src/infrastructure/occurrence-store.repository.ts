import { Injectable } from '@nestjs/common';
import { type Transaction } from '#platform/database';
import type { Severity } from '#platform/kernel';
import type { GroupStatus } from '../domain/error-group.js';
import type { GroupingReason } from '../domain/grouping/grouping.js';
import type { Outcome } from '../domain/ledger-run.js';
import type { Occurrence } from '../domain/occurrence.js';
import type { RunIdentity } from './ledger-directory.js';

/** A group that may have to be made. */
export interface GroupSeed {
  id: string;
  service: string;
  key: string;
  title: string;
  culprit: string;
  severity: Severity;
  category: string;
  seenAt: string;
  release: string | null;
  why: GroupingReason;
}

/** A group, locked until the transaction ends. */
export interface LockedGroup {
  id: string;
  service: string;
  key: string;
  mergedInto: string | null;
  severity: Severity;
  status: GroupStatus;
  count: number;
  resolvedAt: Date | null;
  resolvedInRelease: string | null;
  ignoreUntil: Date | null;
  ignoreCount: number | null;
  ignoredAtCount: number | null;
}

/** An occurrence with its group and its place in the run. */
export interface StoredOccurrence {
  occurrence: Occurrence;
  groupId: string;
  runId: string;
  sequence: number;
}

/** What a batch does to a group. */
export interface GroupChange {
  id: string;
  added: number;
  own_added: number;
  first_seen: string | null;
  last_seen: string | null;
  severity: Severity;
  status: GroupStatus;
  regressed: boolean;
  release: string | null;
  title: string | null;
  culprit: string | null;
}

export interface Presence {
  group_id: string;
  release: string;
  environment: string;
  count: number;
  last_seen: string;
}

export interface HourCount {
  group_id: string;
  hour: string;
  severity: string;
  category: string;
  count: number;
}

interface GroupRow extends Record<string, unknown> {
  id: string;
  service: string;
  grouping_key: string;
  merged_into: string | null;
  severity: Severity;
  status: GroupStatus;
  count: string;
  resolved_at: Date | null;
  resolved_in_release: string | null;
  ignore_until: Date | null;
  ignore_count: string | null;
  ignored_at_count: string | null;
}

const GROUP_COLUMNS = `g.id, g.service, g.grouping_key, g.merged_into, g.severity, g.status, g.count, g.resolved_at,
  g.resolved_in_release, g.ignore_until, g.ignore_count, g.ignored_at_count`;

const CHECKPOINT_MAKE = {
  name: 'error_checkpoint_make',
  text: `INSERT INTO error_checkpoint (file, run_id, byte_offset) VALUES ($1, $2, 0) ON CONFLICT (file) DO NOTHING`,
};
const CHECKPOINT_LOCK = {
  name: 'error_checkpoint_lock',
  text: `SELECT byte_offset FROM error_checkpoint WHERE file = $1 FOR UPDATE`,
};
const CHECKPOINT_ADVANCE = {
  name: 'error_checkpoint_advance',
  text: `UPDATE error_checkpoint SET byte_offset = $2, updated_at = now() WHERE file = $1`,
};
const GROUPS_MAKE = {
  name: 'error_groups_make',
  text: `
    INSERT INTO error_group (id, service, grouping_key, title, culprit, severity, category, first_seen, last_seen,
                             own_first_seen, own_last_seen, release, why)
    SELECT id, service, key, title, culprit, severity, category, "seenAt", "seenAt", "seenAt", "seenAt", release, why
    FROM jsonb_to_recordset($1::jsonb) AS x(id uuid, service text, key text, title text, culprit text, severity text,
                                            category text, "seenAt" timestamptz, release text, why jsonb)
    ORDER BY service, key
    ON CONFLICT (service, grouping_key) DO NOTHING`,
};
const GROUPS_LOCK = {
  name: 'error_groups_lock',
  text: `
    SELECT ${GROUP_COLUMNS} FROM error_group g
    JOIN unnest($1::text[], $2::text[]) AS wanted(service, key) ON g.service = wanted.service AND g.grouping_key = wanted.key
    ORDER BY g.id FOR UPDATE OF g`,
};
const GROUPS_LOCK_BY_ID = {
  name: 'error_groups_lock_by_id',
  text: `SELECT ${GROUP_COLUMNS} FROM error_group g WHERE g.id = ANY($1::uuid[]) ORDER BY g.id FOR UPDATE`,
};
const OCCURRENCES_INSERT = {
  name: 'error_occurrences_insert',
  text: `
    INSERT INTO error_occurrence (id, group_id, run_id, sequence, occurred_at, received_at, severity, category, error_type,
      error_message, service, release, environment, correlation_id, user_id, endpoint, method, project_id, detail)
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS x(id uuid, group_id uuid, run_id text, sequence bigint,
      occurred_at timestamptz, received_at timestamptz, severity text, category text, error_type text, error_message text,
      service text, release text, environment text, correlation_id text, user_id text, endpoint text, method text,
      project_id integer, detail jsonb)
    ON CONFLICT (id) DO NOTHING
    RETURNING id`,
};
const GROUPS_CHANGE = {
  name: 'error_groups_change',
  text: `
    UPDATE error_group g SET
      count = g.count + x.added, own_count = g.own_count + x.own_added,
      first_seen = least(g.first_seen, x.first_seen), last_seen = greatest(g.last_seen, x.last_seen),
      own_first_seen = CASE WHEN x.own_added > 0 THEN least(g.own_first_seen, x.first_seen) ELSE g.own_first_seen END,
      own_last_seen = CASE WHEN x.own_added > 0 THEN greatest(g.own_last_seen, x.last_seen) ELSE g.own_last_seen END,
      severity = x.severity, status = x.status,
      regressed_at = CASE WHEN x.regressed THEN now() ELSE g.regressed_at END,
      release = coalesce(x.release, g.release), title = coalesce(x.title, g.title), culprit = coalesce(x.culprit, g.culprit)
    FROM jsonb_to_recordset($1::jsonb) AS x(id uuid, added bigint, own_added bigint, first_seen timestamptz,
      last_seen timestamptz, severity text, status text, regressed boolean, release text, title text, culprit text)
    WHERE g.id = x.id`,
};
const PRESENCE_ADD = {
  name: 'error_group_presence_add',
  text: `
    INSERT INTO error_group_presence (group_id, release, environment, count, last_seen)
    SELECT * FROM jsonb_to_recordset($1::jsonb)
      AS x(group_id uuid, release text, environment text, count bigint, last_seen timestamptz)
    ON CONFLICT (group_id, release, environment) DO UPDATE
      SET count = error_group_presence.count + excluded.count,
          last_seen = greatest(error_group_presence.last_seen, excluded.last_seen)`,
};
const HOURS_ADD = {
  name: 'error_group_hour_add',
  text: `
    INSERT INTO error_group_hour (group_id, hour, severity, category, count)
    SELECT * FROM jsonb_to_recordset($1::jsonb)
      AS x(group_id uuid, hour timestamptz, severity text, category text, count bigint)
    ON CONFLICT (hour, group_id, severity, category) DO UPDATE SET count = error_group_hour.count + excluded.count`,
};
const RUN_MAKE = {
  name: 'error_run_make',
  text: `
    INSERT INTO error_run (id, started_at, service, release, environment, platform, node_version, host)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
};
const RUN_COUNT = {
  name: 'error_run_count',
  text: `UPDATE error_run SET stored = stored + $2, duplicate = duplicate + $3, quarantined = quarantined + $4 WHERE id = $1`,
};
const PROJECTS_COUNT = {
  name: 'error_run_projects_count',
  text: `
    INSERT INTO error_run_project (run_id, project_id, stored, duplicate, quarantined)
    SELECT $1, project_id, stored, duplicate, quarantined
    FROM jsonb_to_recordset($2::jsonb) AS x(project_id integer, stored bigint, duplicate bigint, quarantined bigint)
    ON CONFLICT (run_id, project_id) DO UPDATE SET stored = error_run_project.stored + excluded.stored,
      duplicate = error_run_project.duplicate + excluded.duplicate,
      quarantined = error_run_project.quarantined + excluded.quarantined`,
};
const QUARANTINE_ADD = {
  name: 'error_quarantine_add',
  text: `
    INSERT INTO error_quarantine (file, byte_offset, run_id, reason, line) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (file, byte_offset) DO NOTHING`,
};

/** The writes of the ledger's consumer; all of a batch in one transaction with its checkpoint. */
@Injectable()
export class OccurrenceStore {
  /** How far a file was read; from here to the end of the transaction nobody else reads it. */
  async lockCheckpoint(tx: Transaction, file: string, runId: string): Promise<number> {
    await tx.execute(CHECKPOINT_MAKE, [file, runId]);
    const [row] = await tx.query<{ byte_offset: string }>(CHECKPOINT_LOCK, [file]);
    return Number(row?.byte_offset ?? 0);
  }

  async advanceCheckpoint(tx: Transaction, file: string, offset: number): Promise<void> {
    await tx.execute(CHECKPOINT_ADVANCE, [file, offset]);
  }

  /** Makes the groups that do not exist and locks all of them. */
  async lockGroups(tx: Transaction, seeds: readonly GroupSeed[]): Promise<LockedGroup[]> {
    await tx.execute(GROUPS_MAKE, [JSON.stringify(seeds)]);
    const rows = await tx.query<GroupRow>(GROUPS_LOCK, [
      seeds.map(({ service }) => service),
      seeds.map(({ key }) => key),
    ]);
    return rows.map(toLockedGroup);
  }

  async lockGroupsById(tx: Transaction, ids: readonly string[]): Promise<LockedGroup[]> {
    return (await tx.query<GroupRow>(GROUPS_LOCK_BY_ID, [ids])).map(toLockedGroup);
  }

  /** Ids of those that were not there before. */
  async insertOccurrences(tx: Transaction, occurrences: readonly StoredOccurrence[]): Promise<Set<string>> {
    const rows = await tx.query<{ id: string }>(OCCURRENCES_INSERT, [JSON.stringify(occurrences.map(toRow))]);
    return new Set(rows.map(({ id }) => id));
  }

  async changeGroups(tx: Transaction, changes: readonly GroupChange[]): Promise<void> {
    await tx.execute(GROUPS_CHANGE, [JSON.stringify(changes)]);
  }

  async addCounts(tx: Transaction, presences: readonly Presence[], hours: readonly HourCount[]): Promise<void> {
    await tx.execute(PRESENCE_ADD, [JSON.stringify(presences)]);
    await tx.execute(HOURS_ADD, [JSON.stringify(hours)]);
  }

  async makeRun(tx: Transaction, run: RunIdentity): Promise<void> {
    const { runId, startedAt, service, release, environment, platform, nodeVersion, host } = run;
    await tx.execute(RUN_MAKE, [runId, startedAt, service, release, environment, platform, nodeVersion, host]);
  }

  async countRun(tx: Transaction, runId: string, { stored, duplicate, quarantined }: Outcome): Promise<void> {
    await tx.execute(RUN_COUNT, [runId, stored, duplicate, quarantined]);
  }

  async countProjects(tx: Transaction, runId: string, outcomes: ReadonlyMap<number, Outcome>): Promise<void> {
    const rows = [...outcomes].map(([projectId, outcome]) => ({ project_id: projectId, ...outcome }));
    await tx.execute(PROJECTS_COUNT, [runId, JSON.stringify(rows)]);
  }

  async quarantine(
    tx: Transaction,
    runId: string,
    file: string,
    line: { offset: number; bytes: Buffer },
    reason: string,
  ): Promise<void> {
    await tx.execute(QUARANTINE_ADD, [file, line.offset, runId, reason, line.bytes]);
  }
}

function toLockedGroup(row: GroupRow): LockedGroup {
  return {
    id: row.id,
    service: row.service,
    key: row.grouping_key,
    mergedInto: row.merged_into,
    severity: row.severity,
    status: row.status,
    count: Number(row.count),
    resolvedAt: row.resolved_at,
    resolvedInRelease: row.resolved_in_release,
    ignoreUntil: row.ignore_until,
    ignoreCount: row.ignore_count === null ? null : Number(row.ignore_count),
    ignoredAtCount: row.ignored_at_count === null ? null : Number(row.ignored_at_count),
  };
}

function toRow({ occurrence, groupId, runId, sequence }: StoredOccurrence): Record<string, unknown> {
  const { errorId, timestamp, receivedAt, severity, category, errorType, errorMessage, ...rest } = occurrence;
  const { service, release, environment, correlationId, userId, endpoint, method, projectId, ...detail } = rest;
  return {
    id: errorId,
    group_id: groupId,
    run_id: runId,
    sequence,
    occurred_at: timestamp,
    received_at: receivedAt,
    severity,
    category,
    error_type: errorType,
    error_message: errorMessage,
    service,
    release,
    environment,
    correlation_id: correlationId,
    user_id: userId,
    endpoint,
    method,
    project_id: projectId ?? null,
    detail,
  };
}
