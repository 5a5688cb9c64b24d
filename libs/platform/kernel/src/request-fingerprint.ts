import { createHash } from 'node:crypto';

/** A digest of each field of a request, so that the fields in which another differs can be named and no value is kept. */
export type RequestFingerprint = Readonly<Record<string, string>>;

/** @param fields what must be the same for a request to be the same; one that is `undefined` says nothing */
export function fingerprintOf(fields: Readonly<Record<string, unknown>>): RequestFingerprint {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [
        field,
        createHash('sha256')
          .update(sortedJson(value) ?? '')
          .digest('base64url'),
      ]),
  );
}

/** The fields in which a request differs from the first one under its idempotency key, as faults of the request. */
export function differences(
  first: RequestFingerprint,
  now: RequestFingerprint,
): { path: string; message: string; code: string }[] {
  const all = new Set([...Object.keys(now), ...Object.keys(first)]);
  return [...all]
    .filter((field) => first[field] !== now[field])
    .map((path) => ({ path, message: 'differs from the first request', code: 'idempotency' }));
}

/** JSON with sorted keys: the order of members means nothing (RFC 8259 §4). Members that look like indexes come first, as V8 has them. */
export function sortedJson(value: unknown): string | undefined {
  if (typeof value === 'bigint') return JSON.stringify(value.toString());
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (hasOwnForm(value)) return sortedJson(value.toJSON());
  if (Array.isArray(value)) return `[${value.map((child) => sortedJson(child) ?? 'null').join()}]`;
  const members: string[] = [];
  for (const key of sortedKeys(value)) {
    const child = sortedJson((value as Record<string, unknown>)[key]);
    if (child !== undefined) members.push(`${JSON.stringify(key)}:${child}`);
  }
  return `{${members.join()}}`;
}

/** Times and the like say themselves what they look like. */
function hasOwnForm(value: object): value is { toJSON: () => unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

const INDEX = /^(0|[1-9]\d{0,9})$/;

function sortedKeys(value: object): string[] {
  const keys = Object.keys(value);
  // V8 has them in front, in the order of numbers; they were never sorted as texts.
  const indexes = keys.findIndex((key) => !INDEX.test(key) || Number(key) > MAX_INDEX);
  if (indexes === -1) return keys;
  return [...keys.slice(0, indexes), ...keys.slice(indexes).sort()];
}

/** The largest index of a list in JavaScript. */
const MAX_INDEX = 2 ** 32 - 2;
