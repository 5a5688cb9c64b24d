import { createHash } from 'node:crypto';

/** A hash for each field of a request, so that the fields in which another differs can be named and none is kept. */
export type RequestFingerprint = Readonly<Record<string, string>>;

/** @param fields what the request says; a field that is absent or `undefined` is as if it were `null` */
export function fingerprintOf(operation: string, fields: object): RequestFingerprint {
  const entries = Object.entries({ ...fields, operation }).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, createHash('sha256').update(JSON.stringify(value)).digest('base64url')]),
  );
}

/** Names of the fields in which two requests differ. */
export function differingFields(before: RequestFingerprint, now: RequestFingerprint): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((name) => before[name] !== now[name]);
}
