import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { SEVERITIES } from '#platform/kernel';

/** Key of the lock under which families of merged groups change, one change at a time. */
const MERGE_LOCK = 0x6d657267;

/** A group and the one it is shown as: itself unless it was merged. */
export interface GroupPlace {
  id: string;
  root: string;
}

/**
 * Merged groups. `merge_parent` is where a group was merged to, `merged_into` the group at the end of that way, which is shown
 * and counts for all; `own_count` and the like are what a group would have alone.
 */
@Injectable()
export class GroupMergeRepository {
  /** Locks the groups together with everything that is merged with them; unknown ids are left out. */
  async lockFamilies(tx: Transaction, ids: readonly string[]): Promise<GroupPlace[]> {
    await tx.query(`SELECT pg_advisory_xact_lock($1)`, [MERGE_LOCK]);
    const rows = await tx.query<{ id: string; root: string }>(
      `SELECT id, coalesce(merged_into, id) AS root FROM error_group
       WHERE coalesce(merged_into, id) IN (SELECT coalesce(merged_into, id) FROM error_group WHERE id = ANY($1::uuid[]))
       ORDER BY id FOR UPDATE`,
      [ids],
    );
    return rows.filter(({ id }) => ids.includes(id));
  }

  /** Puts shown groups, with all that is merged into them, below another shown one. */
  async merge(tx: Transaction, roots: readonly string[], into: string): Promise<void> {
    await tx.execute(`UPDATE error_group SET merge_parent = $2 WHERE id = ANY($1::uuid[])`, [roots, into]);
    await tx.execute(
      `UPDATE error_group SET merged_into = $2 WHERE id = ANY($1::uuid[]) OR merged_into = ANY($1::uuid[])`,
      [roots, into],
    );
  }

  /** Gives groups back, each with what was merged into it: the named ones that are merged, and what was merged into the others. */
  async unmerge(tx: Transaction, ids: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `UPDATE error_group SET merge_parent = NULL, merged_into = NULL
       WHERE merge_parent IS NOT NULL
         AND (id = ANY($1::uuid[])
              OR merge_parent IN (SELECT id FROM error_group WHERE id = ANY($1::uuid[]) AND merged_into IS NULL))
       RETURNING id`,
      [ids],
    );
    const free = rows.map(({ id }) => id);
    await tx.execute(
      `WITH RECURSIVE below AS (
         SELECT id, id AS root FROM error_group WHERE id = ANY($1::uuid[])
         UNION ALL
         SELECT g.id, below.root FROM error_group g JOIN below ON g.merge_parent = below.id
       )
       UPDATE error_group g SET merged_into = below.root FROM below WHERE g.id = below.id AND g.id <> below.root`,
      [free],
    );
    return free;
  }

  /** Adds shown groups up again from what they and the groups merged into them have alone. */
  async recount(tx: Transaction, roots: readonly string[]): Promise<void> {
    await tx.execute(
      `UPDATE error_group g SET count = sums.count, first_seen = sums.first_seen, last_seen = sums.last_seen,
              severity = coalesce(($2::text[])[sums.rank], g.severity)
       FROM (
         SELECT coalesce(m.merged_into, m.id) AS root, sum(m.own_count) AS count, min(m.own_first_seen) AS first_seen,
                max(m.own_last_seen) AS last_seen,
                min((SELECT min(s.rank) FROM unnest($2::text[]) WITH ORDINALITY AS s(severity, rank)
                     WHERE EXISTS (SELECT FROM error_group_hour h WHERE h.group_id = m.id AND h.severity = s.severity))) AS rank
         FROM error_group m WHERE m.id = ANY($1::uuid[]) OR m.merged_into = ANY($1::uuid[])
         GROUP BY 1
       ) sums
       WHERE g.id = sums.root`,
      [roots, SEVERITIES],
    );
  }
}
