/**
 * Keys of PostgreSQL's advisory locks, by what they stand for; `$1` is the part. Replicas of different releases must agree: a key never
 * changes.
 */
const KEYS = {
  'super-admins': '7391840216',
  'merge-of-groups': '1835364967',
  bulletins: '7391840228',
  mailbox: 'hashtextextended($1, 7391840)',
  'idempotent-request': `hashtextextended('idempotent_request ' || $1, 0)`,
} as const;

/** What is done by one at a time, on all replicas: alone (`super-admins`), or for each part (`mailbox` and an address). */
export type LockName = keyof typeof KEYS;

type NamedStatement = [statement: { name: string; text: string }, values: string[]];

/** The statement that waits for a lock. */
export function lockNamed(name: LockName, part?: string): NamedStatement {
  return [
    { name: `lock_${name}`, text: `SELECT pg_advisory_xact_lock(${KEYS[name]})` },
    part === undefined ? [] : [part],
  ];
}

/** The statement that takes a lock only if nobody holds it, and says so as `is_free`. */
export function tryLockNamed(name: LockName, part?: string): NamedStatement {
  return [
    { name: `try_lock_${name}`, text: `SELECT pg_try_advisory_xact_lock(${KEYS[name]}) AS is_free` },
    part === undefined ? [] : [part],
  ];
}
