import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** Makes identifiers. Injected, so that tests can foresee them. */
export abstract class Ids {
  /** A UUIDv7 (RFC 9562 §5.7): unique, and sorted by time of creation. */
  abstract next(): string;
}

/** Random bytes fetched at once: asking for sixteen at a time costs more than all the rest of an id. */
const POOL_BYTES = 8 * 1024;

/** UUIDv7 from the system clock, a counter within the millisecond (RFC 9562 §6.2, method 1) and random bits. */
export class UuidV7Ids extends Ids {
  private millis = -Infinity;
  private counter = 0;
  private readonly pool = Buffer.alloc(POOL_BYTES);
  private used = POOL_BYTES;

  override next(): string {
    const random = this.random();
    const now = Date.now();
    if (now > this.millis) {
      this.millis = now;
      // The highest bit is left free for counting on.
      this.counter = random.readUInt32BE(0) >>> 1;
    } else {
      this.counter = (this.counter + 1) >>> 0;
      if (this.counter === 0) this.millis += 1;
    }
    return v7({ msecs: this.millis, seq: this.counter, random });
  }

  private random(): Buffer {
    if (this.used === POOL_BYTES) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    this.used += 16;
    return this.pool.subarray(this.used - 16, this.used);
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
