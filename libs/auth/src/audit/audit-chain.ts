import { createHash } from 'node:crypto';

/** The hash before the first event. */
export const CHAIN_START = Buffer.alloc(32);

/** Place of the credential among the fields. */
const CREDENTIAL = 11;

/**
 * The text of an event that its hash is over: each field as `<bytes>:<text>`, a missing one as `-`, in the order sequence,
 * id, microseconds since 1970, action, outcome, actor, subject, ip, user agent, correlation id, details, credential. A missing
 * credential is left out, as it was in the events from before credentials were kept: it is the last field, so no two events have the
 * same text. The database writes the same text by trigger; here it is written again, so that the two check each other.
 */
export function canonicalEvent(fields: readonly (string | null)[]): string {
  const hashed = fields[CREDENTIAL] === null ? fields.slice(0, CREDENTIAL) : fields;
  return hashed.map((field) => (field === null ? '-' : `${Buffer.byteLength(field)}:${field}`)).join('');
}

/** SHA-256 over the hash of the event before and this event's text. */
export function chainHash(previous: Buffer, fields: readonly (string | null)[]): Buffer {
  return createHash('sha256').update(previous).update(canonicalEvent(fields)).digest();
}
