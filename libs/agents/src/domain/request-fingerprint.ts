import { createHash } from 'node:crypto';
import { IdempotencyKeyReusedError } from './agents.exceptions.js';

/** A digest of each field of a request; fields that say nothing are left out. */
export type Fingerprint = Readonly<Record<string, string>>;

/** What must be the same for a request to be the same, field by field, so that the differing ones can be named. */
export function fingerprintOf(fields: Readonly<Record<string, unknown>>): Fingerprint {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [field, createHash('sha256').update(canonicalJson(value)).digest('base64url')]),
  );
}

/**
 * Refuses a request that uses the key of another one.
 *
 * @throws IdempotencyKeyReusedError naming the fields that differ
 */
export function refuseDifferent(before: Fingerprint, now: Fingerprint): void {
  const all = new Set([...Object.keys(now), ...Object.keys(before)]);
  const fields = [...all].filter((field) => before[field] !== now[field]);
  if (fields.length === 0) return;
  throw new IdempotencyKeyReusedError(`The idempotency key was used with other values of ${fields.join(', ')}`, {
    details: {
      errors: fields.map((path) => ({ path, message: 'differs from the first request', code: 'idempotency' })),
    },
  });
}

/** JSON with sorted keys: the order of members means nothing (RFC 8259 §4). */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, child: unknown) => {
    if (typeof child === 'bigint') return child.toString();
    return typeof child === 'object' && child !== null && !Array.isArray(child)
      ? Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)))
      : child;
  });
}
