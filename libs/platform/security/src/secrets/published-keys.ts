import { Injectable } from '@nestjs/common';
import type { JsonWebKey } from 'node:crypto';

/** A public key by its id (RFC 7517). */
export type PublishedKey = JsonWebKey & { kid: string };

/**
 * Public keys that the service signs with. A module that signs adds where to read its keys; the JWKS lists them all, so that anybody
 * can check a signature.
 */
@Injectable()
export class PublishedKeys {
  private readonly sources: (() => Promise<readonly PublishedKey[]>)[] = [];

  add(source: () => Promise<readonly PublishedKey[]>): void {
    this.sources.push(source);
  }

  async all(): Promise<PublishedKey[]> {
    return (await Promise.all(this.sources.map((source) => source()))).flat();
  }
}
