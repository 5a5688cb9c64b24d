// People and what they did: users of all roles, sessions and keys of one of them, an audit trail with common, rare and absent actions.
export const tags = ['auth', 'users', 'audit'];
// The verifier reads the whole trail.
export const unasked = ['/verify', '/me'];

const id = (n, kind) => `(lpad(to_hex(${n}), 12, '0') || '7000800000000000000${kind}')::uuid`;
const START = `timestamptz '2025-06-01Z'`;

export async function fill(db, from, to) {
  const values = [from + 1, to];
  await db.query(
    `INSERT INTO user_account (id, email, email_key, username, username_key, full_name, full_name_key, role, is_active, created_at, updated_at)
     SELECT ${id('n', 1)}, 'user' || n || '@example.com', 'user' || n || '@example.com', 'user' || n, 'user' || n,
            'First' || n % 997 || ' Last' || n % 1009, 'first' || n % 997 || ' last' || n % 1009,
            CASE WHEN n % 5000 = 7 THEN 'ADMIN' WHEN n % 3 = 0 THEN 'API_USER' ELSE 'READ_ONLY' END, n % 1000 <> 9, ${START} + n * interval '1 minute', now()
     FROM generate_series($1::int, $2::int) AS n`,
    values,
  );
  await db.query(
    `INSERT INTO auth_session (id, user_id, refresh_key, rotated_at, created_at, last_seen_at, proven_at, expires_at)
     SELECT ${id('n', 2)}, ${id('n', 1)}, 'x', now(), now(), now(), now(), now() + interval '1 day' FROM generate_series($1::int, $2::int) AS n`,
    values,
  );
  // The trigger would chain one after the other, which takes hours.
  await db.query('ALTER TABLE audit_event DISABLE TRIGGER USER');
  await db.query(
    `INSERT INTO audit_event (sequence, hash, id, occurred_at, action, outcome, actor_id, subject_id, credential_id, ip, correlation_id, details)
     SELECT 1000 + n, sha256(''), ${id('n', 3)}, ${START} + n * interval '20 seconds',
            CASE WHEN n % 10000 = 3 THEN 'user.deleted' WHEN n % 7 = 0 THEN 'login.failed' WHEN n % 2 = 0 THEN 'login.succeeded' ELSE 'session.refreshed' END,
            CASE WHEN n % 7 = 0 THEN 'failure' ELSE 'success' END,
            CASE WHEN n % 7 = 0 THEN NULL WHEN n % 3 = 0 THEN ${id('1', 1)} ELSE ${id('2 + n / 50', 1)} END, ${id('2 + n / 50', 1)},
            CASE WHEN n % 7 = 0 THEN NULL WHEN n % 3 = 0 THEN ${id('1', 2)} ELSE ${id('2 + n / 50', 2)} END, '192.0.2.1', 'request-' || n / 3, '{}'
     FROM generate_series($1::int, $2::int) AS n`,
    values,
  );
  await db.query('ALTER TABLE audit_event ENABLE TRIGGER USER');
  await db.query('UPDATE audit_head SET sequence = 1000 + $1', [to]);
}

const [ACTOR, OTHER] = ['00000000-0001-7000-8000-000000000001', '00000000-0014-7000-8000-000000000001'];
const [KEY, SESSION] = ['00000000-0001-7000-8000-000000000002', '00000000-0014-7000-8000-000000000002'];
const [SINCE, SINCE_AFTER, UNTIL_BEFORE] = ['since=2025-06-02', 'since=2999-01-01', 'until=2000-01-01'];
const NOBODY = '00000000-0000-7000-8000-00000000000f';

export async function samples() {
  return { id: OTHER };
}

const AUDIT = {
  action: ['action=login.succeeded', 'action=user.deleted', 'action=nothing'],
  outcome: ['outcome=success', 'outcome=failure'],
  actorId: [`actorId=${ACTOR}`, `actorId=${OTHER}`, `actorId=${NOBODY}`],
  subjectId: [`subjectId=${OTHER}`, `subjectId=${NOBODY}`],
  credentialId: [`credentialId=${KEY}`, `credentialId=${SESSION}`, `credentialId=${NOBODY}`],
  since: [SINCE, SINCE_AFTER],
  until: ['until=2025-06-03', UNTIL_BEFORE],
  correlationId: ['correlationId=request-300', 'correlationId=nothing'],
};
const USERS = {
  role: ['role=READ_ONLY', 'role=ADMIN', 'role=DEVELOPER'],
  isActive: ['isActive=true', 'isActive=false'],
  text: [
    'text=example.com',
    'text=first7',
    'text=user77',
    'text=us',
    'text=nobody',
    'text=xy',
    'text=user500@example.com',
    'text=last7%20first',
  ],
};

/** Each filter, and each two of them. */
function combined(title, path, filters) {
  const all = Object.entries(filters).flatMap(([name, values]) => values.map((value) => ({ name, value })));
  const pairs = all.flatMap((one, index) =>
    all
      .slice(index + 1)
      .filter(
        (other) =>
          other.name !== one.name &&
          !(one.value === SINCE && other.value === UNTIL_BEFORE) &&
          !(one.value === SINCE_AFTER && other.name === 'until'),
      )
      .map((other) => `${one.value}&${other.value}`),
  );
  return Object.fromEntries(
    [...all.map(({ value }) => value), ...pairs].map((query) => [
      `${title} ${query.replaceAll(/00000000-(\w+)-7000-8000-0000000000/g, '$1-')}`,
      `/api/v1/${path}?limit=20&${query}`,
    ]),
  );
}

export const reads = { ...combined('audit', 'audit-events', AUDIT), ...combined('users', 'users', USERS) };
