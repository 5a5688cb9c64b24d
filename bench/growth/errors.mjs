// Errors of a week: a hundred occurrences of each group, a tenth of the groups merged by tens, rare values among them.
export const tags = ['errors'];

const PER_GROUP = 100;
const RUN = '20260101_000000_00000000';

export async function fill(db, from, to) {
  const [first, last] = [from / PER_GROUP + 1, to / PER_GROUP];
  await db.query(
    `INSERT INTO error_run (id, started_at, service, release, environment, platform, node_version, host, received, stored)
     VALUES ($1, now() - interval '8 days', 'bench', '1.0.0', 'production', 'linux', 'v20', 'host', $2::bigint, $2::bigint)
     ON CONFLICT (id) DO UPDATE SET received = excluded.received, stored = excluded.stored`,
    [RUN, to],
  );
  const id = `(lpad(to_hex(n), 12, '0') || '70008000000000000000')::uuid`;
  await db.query(
    `INSERT INTO error_group (id, service, grouping_key, title, culprit, severity, category, status, first_seen, last_seen,
                              own_first_seen, own_last_seen, count, own_count, release, why)
     SELECT ${id}, 'service-' || n % 20, 'g2:' || md5(n::text), 'Kind' || n % 50 || 'Error: failure ' || md5(n::text),
            'handler' || n || ' (src/module' || n % 300 || '.ts)', (ARRAY['high','medium','low'])[1 + n % 3],
            (ARRAY['database','network','validation','unknown'])[1 + n % 4], (ARRAY['open','open','resolved','ignored'])[1 + n / 7 % 4],
            now() - interval '7 days' - n * interval '1 second', now() - n * interval '1 second',
            now() - interval '7 days' - n * interval '1 second', now() - n * interval '1 second', ${PER_GROUP}, ${PER_GROUP},
            '2.' || n % 40 || '.0', '{"version":"g2","basis":"stack","parts":["type:KindError","frame:a|b"],"explanation":"Same"}'
     FROM generate_series($1::int, $2::int) AS n`,
    [first, last],
  );
  await db.query(
    `INSERT INTO error_occurrence (id, group_id, run_id, sequence, occurred_at, received_at, severity, category, error_type,
                                   error_message, service, release, environment, correlation_id, detail)
     SELECT gen_random_uuid(), g.id, '${RUN}', (g.ordinal - 1) * ${PER_GROUP} + n, at, at, g.severity, g.category, 'KindError', g.title,
            g.service, g.release, 'production', 'request-' || ((g.ordinal - 1) * ${PER_GROUP} + n) / 3, '{"context":{},"frames":[],"tags":{},"causes":[],"breadcrumbs":[],"contexts":{}}'
     FROM (SELECT *, ('x' || left(id::text, 8))::bit(32)::bigint * 65536 + ('x' || substr(id::text, 10, 4))::bit(16)::int AS ordinal
           FROM error_group WHERE grouping_key LIKE 'g2:%' AND culprit LIKE 'handler%') g,
          generate_series(1, ${PER_GROUP}) AS n,
          LATERAL (SELECT date_trunc('milliseconds', g.last_seen - (n - 1) * interval '100 minutes') AS at) t
     WHERE g.ordinal BETWEEN $1 AND $2`,
    [first, last],
  );
  await db.query(
    'TRUNCATE error_group_presence, error_group_hour, error_group_day, error_hour, error_day, error_top_group, error_release',
  );
  const sums = [
    `error_group_presence SELECT group_id, coalesce(release, ''), environment, count(*), max(occurred_at) FROM error_occurrence GROUP BY 1, 2, 3`,
    `error_group_hour SELECT group_id, date_trunc('hour', occurred_at), severity, category, count(*) FROM error_occurrence GROUP BY 1, 2, 3, 4`,
    `error_group_day SELECT date_trunc('day', occurred_at, 'UTC'), group_id, count(*) FROM error_occurrence GROUP BY 1, 2`,
    `error_hour SELECT date_trunc('hour', occurred_at), service, severity, category, count(*) FROM error_occurrence GROUP BY 1, 2, 3, 4`,
    `error_day SELECT date_trunc('day', hour, 'UTC'), service, severity, category, sum(count) FROM error_hour GROUP BY 1, 2, 3, 4`,
    `error_top_group SELECT hours, start, group_id, count FROM (
       SELECT *, row_number() OVER (PARTITION BY hours, start ORDER BY count DESC, group_id) AS place FROM (
         SELECT 1 AS hours, hour AS start, group_id, sum(count) AS count FROM error_group_hour GROUP BY 2, 3
         UNION ALL SELECT 24, day, group_id, count FROM error_group_day
       ) seen
     ) ranked WHERE place <= 50`,
    `error_release SELECT service, release, min(received_at) FROM error_occurrence WHERE release IS NOT NULL GROUP BY 1, 2`,
  ];
  for (const sum of sums) await db.query(`INSERT INTO ${sum}`);
  // One group that ten others were merged into, as people do.
  await db.query(
    `UPDATE error_group SET merged_into = (SELECT id FROM error_group WHERE culprit LIKE 'handler5 %'),
                            merge_parent = (SELECT id FROM error_group WHERE culprit LIKE 'handler5 %')
     WHERE culprit SIMILAR TO 'handler(1|2)[0-9] %' AND merged_into IS NULL`,
  );
}

export async function samples(db) {
  const { rows } = await db.query(
    `SELECT o.id AS "errorId", o.group_id AS "groupId", (SELECT id FROM error_group WHERE culprit LIKE 'handler5 %') AS merged
     FROM error_occurrence o JOIN error_group g ON g.id = o.group_id WHERE g.culprit LIKE 'handler7 %' LIMIT 1`,
  );
  return rows[0];
}

const hours = (count) => `/api/v1/errors/statistics?hours=${count}`;
const groups = (query) => `/api/v1/errors?limit=20&${query}`;
const FILTERS = {
  severity: ['severity=high', 'severity=critical'],
  category: ['category=database', 'category=security'],
  status: ['status=open', 'status=regressed'],
  service: ['service=service-7', 'service=nobody'],
  release: ['release=2.13.0', 'release=9.9.9'],
  environment: ['environment=production', 'environment=nowhere'],
  since: [`since=${new Date(Date.now() - 600_000).toISOString()}`, 'since=2999-01-01T00:00:00Z'],
  text: ['text=failure', 'text=nothing-of-the-kind'],
};
const [common, absent] = [0, 1].map((index) => Object.values(FILTERS).map((filter) => filter[index]));

export const reads = {
  'statistics of 24 hours': hours(24),
  'statistics of 168 hours': hours(168),
  'occurrences of a merged group': '/api/v1/errors/{merged}/occurrences',
  ...Object.fromEntries([...common, ...absent].map((query) => [`groups ${query}`, groups(query)])),
  ...Object.fromEntries(
    ['count', 'firstSeen'].flatMap((sort) =>
      absent.map((query) => [`groups ${query} by ${sort}`, groups(`${query}&sort=${sort}`)]),
    ),
  ),
  // Each filter that matches with each that does not.
  ...Object.fromEntries(
    common.flatMap((one, index) =>
      absent
        .filter((_, other) => other !== index)
        .map((other) => [`groups ${one} ${other}`, groups(`${one}&${other}`)]),
    ),
  ),
};
