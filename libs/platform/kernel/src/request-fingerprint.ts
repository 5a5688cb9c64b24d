import { createHash } from 'node:crypto';

/** A digest of each field of a request, so that the fields in which another differs can be named and no value is kept. */
export type RequestFingerprint = Readonly<Record<string, string>>;

/** @param fields what must be the same for a request to be the same; one that is `undefined` says nothing */
export function fingerprintOf(fields: Readonly<Record<string, unknown>>): RequestFingerprint {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [field, createHash('sha256').update(sortedJson(value)).digest('base64url')]),
  );
}

/** Names of the fields in which two requests differ. */
export function differingFields(before: RequestFingerprint, now: RequestFingerprint): string[] {
  const all = new Set([...Object.keys(now), ...Object.keys(before)]);
  return [...all].filter((field) => before[field] !== now[field]);
}

/** JSON with sorted keys: the order of members means nothing (RFC 8259 §4). */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, child: unknown) => {
    if (typeof child === 'bigint') return child.toString();
    return typeof child === 'object' && child !== null && !Array.isArray(child)
      ? Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)))
      : child;
  });
}
