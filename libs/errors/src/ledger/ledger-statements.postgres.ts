import { TOP_KEPT, TOP_MOST } from './ledger-writes.js';

/** Statements of the ledger's consumer, prepared once on each connection. */

const GROUP_COLUMNS = `g.id, g.service, g.grouping_key, g.merged_into, g.severity, g.status, g.count, g.resolved_at,
  g.resolved_in_release, g.ignore_until, g.ignore_count, g.ignored_at_count`;

export const CHECKPOINT_MAKE = {
  name: 'error_checkpoint_make',
  text: `INSERT INTO error_checkpoint (file, run_id, byte_offset) VALUES ($1, $2, 0) ON CONFLICT (file) DO NOTHING`,
};
export const CHECKPOINT_LOCK = {
  name: 'error_checkpoint_lock',
  text: `SELECT byte_offset FROM error_checkpoint WHERE file = $1 FOR UPDATE`,
};
export const CHECKPOINT_ADVANCE = {
  name: 'error_checkpoint_advance',
  text: `UPDATE error_checkpoint SET byte_offset = $2, updated_at = now() WHERE file = $1`,
};
export const GROUPS_MAKE = {
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
export const GROUPS_KNOWN = {
  name: 'error_groups_known',
  text: `
    SELECT wanted.place FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted(service, key, place)
    JOIN error_group g ON g.service = wanted.service AND g.grouping_key = wanted.key`,
};
export const GROUPS_ADOPT = {
  name: 'error_groups_adopt',
  text: `
    WITH found AS (
      SELECT DISTINCT ON (x.service, x.key) g.id, x."formerKey", x.key, x.why
      FROM jsonb_to_recordset($1::jsonb) AS x(service text, key text, "formerKey" text, age integer, why jsonb)
      JOIN error_group g ON g.service = x.service AND g.grouping_key = x."formerKey"
      WHERE NOT EXISTS (SELECT 1 FROM error_group o WHERE o.service = x.service AND o.grouping_key = x.key)
      ORDER BY x.service, x.key, x.age
    )
    UPDATE error_group g SET grouping_key = found.key, why = found.why FROM found
    WHERE g.id = found.id AND g.grouping_key = found."formerKey"`,
};
export const GROUPS_LOCK = {
  name: 'error_groups_lock',
  text: `
    SELECT ${GROUP_COLUMNS} FROM error_group g
    JOIN unnest($1::text[], $2::text[]) AS wanted(service, key) ON g.service = wanted.service AND g.grouping_key = wanted.key
    ORDER BY g.id FOR UPDATE OF g`,
};
export const OCCURRENCES_INSERT = {
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
export const GROUPS_CHANGE = {
  name: 'error_groups_change',
  text: `
    UPDATE error_group g SET
      count = g.count + x.added, own_count = g.own_count + x."ownAdded",
      first_seen = least(g.first_seen, x."firstSeen"), last_seen = greatest(g.last_seen, x."lastSeen"),
      own_first_seen = CASE WHEN x."ownAdded" > 0 THEN least(g.own_first_seen, x."firstSeen") ELSE g.own_first_seen END,
      own_last_seen = CASE WHEN x."ownAdded" > 0 THEN greatest(g.own_last_seen, x."lastSeen") ELSE g.own_last_seen END,
      severity = x.severity, status = x.status,
      regressed_at = CASE WHEN x.regressed THEN now() ELSE g.regressed_at END,
      release = coalesce(x.release, g.release), title = coalesce(x.title, g.title), culprit = coalesce(x.culprit, g.culprit)
    FROM jsonb_to_recordset($1::jsonb) AS x(id uuid, added bigint, "ownAdded" bigint, "firstSeen" timestamptz,
      "lastSeen" timestamptz, severity text, status text, regressed boolean, release text, title text, culprit text)
    WHERE g.id = x.id`,
};
export const PRESENCE_ADD = {
  name: 'error_group_presence_add',
  text: `
    INSERT INTO error_group_presence (group_id, release, environment, count, last_seen)
    SELECT * FROM jsonb_to_recordset($1::jsonb)
      AS x("groupId" uuid, release text, environment text, count bigint, "lastSeen" timestamptz)
    ON CONFLICT (group_id, release, environment) DO UPDATE
      SET count = error_group_presence.count + excluded.count,
          last_seen = greatest(error_group_presence.last_seen, excluded.last_seen)`,
};
export const HOURS_ADD = {
  name: 'error_group_hour_add',
  text: `
    INSERT INTO error_group_hour (group_id, hour, severity, category, count)
    SELECT * FROM jsonb_to_recordset($1::jsonb)
      AS x("groupId" uuid, hour timestamptz, severity text, category text, count bigint)
    ON CONFLICT (hour, group_id, severity, category) DO UPDATE SET count = error_group_hour.count + excluded.count`,
};
export const SUMS_ADD = {
  name: 'error_hour_add',
  text: `
    WITH seen AS (
      SELECT * FROM jsonb_to_recordset($1::jsonb)
        AS x(hour timestamptz, service text, severity text, category text, count bigint)
    ), days AS (
      INSERT INTO error_day (day, service, severity, category, count)
      SELECT date_trunc('day', hour, 'UTC'), service, severity, category, sum(count) FROM seen GROUP BY 1, 2, 3, 4
      ORDER BY 1, 2, 3, 4
      ON CONFLICT (day, service, severity, category) DO UPDATE SET count = error_day.count + excluded.count
    )
    INSERT INTO error_hour (hour, service, severity, category, count) SELECT * FROM seen
    ON CONFLICT (hour, service, severity, category) DO UPDATE SET count = error_hour.count + excluded.count`,
};
export const DAYS_ADD = {
  name: 'error_group_day_add',
  text: `
    INSERT INTO error_group_day (day, group_id, count)
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS x(day timestamptz, "groupId" uuid, count bigint)
    ON CONFLICT (day, group_id) DO UPDATE SET count = error_group_day.count + excluded.count`,
};
/**
 * Puts the groups of a chunk on the lists of their hours and days where they are among those seen most, and shortens lists that have
 * grown too long. Runs after their counts were added: the groups are locked, so that nobody else changes these.
 */
export const TOP_KEEP = {
  name: 'error_top_keep',
  text: `
    WITH seen AS MATERIALIZED (
      SELECT 1 AS hours, h.hour AS start, h.group_id, sum(h.count) AS count
      FROM (SELECT DISTINCT "groupId", hour FROM jsonb_to_recordset($1::jsonb) AS x("groupId" uuid, hour timestamptz)) x
      JOIN error_group_hour h ON h.hour = x.hour AND h.group_id = x."groupId" GROUP BY h.hour, h.group_id
      UNION ALL
      SELECT 24, d.day, d.group_id, d.count FROM jsonb_to_recordset($2::jsonb) AS x("groupId" uuid, day timestamptz)
      JOIN error_group_day d ON d.day = x.day AND d.group_id = x."groupId"
    ), lists AS MATERIALIZED (
      SELECT s.hours, s.start, count(t.place) AS size, min(t.count) FILTER (WHERE t.place = ${TOP_KEPT}) AS least
      FROM (SELECT DISTINCT hours, start FROM seen) s LEFT JOIN LATERAL (
        SELECT count, row_number() OVER (ORDER BY count DESC) AS place FROM error_top_group
        WHERE hours = s.hours AND start = s.start
      ) t ON true GROUP BY s.hours, s.start
    ), shortened AS (
      DELETE FROM error_top_group t USING lists l
      WHERE l.size > ${TOP_MOST} AND t.hours = l.hours AND t.start = l.start AND t.count < l.least
        AND t.group_id NOT IN (SELECT group_id FROM seen)
    )
    INSERT INTO error_top_group (hours, start, group_id, count)
    SELECT s.hours, s.start, s.group_id, s.count FROM seen s JOIN lists l USING (hours, start)
    WHERE s.count > coalesce(l.least, 0) OR EXISTS (
      SELECT 1 FROM error_top_group t WHERE t.hours = s.hours AND t.start = s.start AND t.group_id = s.group_id)
    ORDER BY s.hours, s.start, s.group_id
    ON CONFLICT (hours, start, group_id) DO UPDATE SET count = excluded.count`,
};
export const RUN_COUNT = {
  name: 'error_run_count',
  text: `UPDATE error_run SET stored = stored + $2, duplicate = duplicate + $3, quarantined = quarantined + $4 WHERE id = $1`,
};
