import { v7 } from 'uuid';

/** Makes identifiers. Injected, so that tests can foresee them. */
export abstract class Ids {
  /** A UUIDv7 (RFC 9562 §5.7): unique, and sorted by time of creation. */
  abstract next(): string;
}

/** UUIDv7 from the system clock and random bits. */
export class UuidV7Ids extends Ids {
  override next(): string {
    return v7();
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text has the form of a UUID of any version. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The 16 bytes of a UUID. */
export function uuidToBytes(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

/** The UUID that 16 bytes are, in lower case. */
export function uuidFromBytes(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
