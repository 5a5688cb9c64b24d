import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DerivedKeys } from '#platform/security';
import { HttpRefusal } from '../problems/http-exceptions.js';

const MAC_BYTES = 12;

/**
 * Cursors of lists: the sort values of the last item, signed, so that a client can only continue where a list ended.
 */
@Injectable()
export class CursorCodec {
  constructor(private readonly keys: DerivedKeys) {}

  /** @param list name of the list and its sort order; a cursor of another list is refused */
  encode(list: string, position: readonly (string | number)[]): string {
    const body = Buffer.from(JSON.stringify(position));
    return Buffer.concat([this.sign(list, body), body]).toString('base64url');
  }

  /**
   * @returns the sort values; `undefined` when there is no cursor
   * @throws HttpRefusal (400) when the cursor was not made by `encode` for this list
   */
  decode(list: string, cursor: string | undefined): (string | number)[] | undefined {
    if (cursor === undefined) return undefined;
    const bytes = Buffer.from(cursor, 'base64url');
    const [mac, body] = [bytes.subarray(0, MAC_BYTES), bytes.subarray(MAC_BYTES)];
    const isCanonical = bytes.toString('base64url') === cursor;
    if (!isCanonical || mac.length < MAC_BYTES || !timingSafeEqual(mac, this.sign(list, body))) {
      throw new HttpRefusal('HTTP.INVALID_CURSOR', 'malformed', 'The cursor is not one of this list');
    }
    return JSON.parse(body.toString()) as (string | number)[];
  }

  private sign(list: string, body: Buffer): Buffer {
    const mac = createHmac('sha256', this.keys.get('cursor')).update(list).update('\0').update(body);
    return mac.digest().subarray(0, MAC_BYTES);
  }
}
