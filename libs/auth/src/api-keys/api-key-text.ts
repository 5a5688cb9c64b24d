import { createHash } from 'node:crypto';
import { uuidFromBytes, uuidToBytes } from '#platform/kernel';

const PREFIX = 'dsk_';
const ID_BYTES = 16;

/** Bits enough that no guess and no slow hash is needed. */
export const SECRET_BYTES = 32;

/** A key as its holder sends it: `dsk_` and base64url of its id and secret. */
export function formatApiKey(id: string, secret: Buffer): string {
  return PREFIX + Buffer.concat([uuidToBytes(id), secret]).toString('base64url');
}

/** Id and secret of a key; `undefined` for any other text, also for another spelling of the same bytes. */
export function parseApiKey(key: string): { id: string; secret: Buffer } | undefined {
  const text = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : '';
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== ID_BYTES + SECRET_BYTES || bytes.toString('base64url') !== text) return undefined;
  return { id: uuidFromBytes(bytes.subarray(0, ID_BYTES)), secret: bytes.subarray(ID_BYTES) };
}

/** What is kept of a secret. It is random, so it needs no slow hash. */
export function digestOfSecret(secret: Buffer): Buffer {
  return createHash('sha256').update(secret).digest();
}
