import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SecurityConfig } from '#config';

/** What a key is for; each purpose has a key of its own, so that one can never stand in for another. */
export type KeyPurpose =
  | 'access-token'
  | 'mfa-token'
  | 'cursor'
  | 'encryption'
  | 'identifier-digest'
  | 'recovery-code'
  | 'device-token'
  | 'checkpoint';

/** Keys derived from `SECRET_KEY` by HKDF-SHA-256 (RFC 5869), one for each purpose. */
@Injectable()
export class DerivedKeys {
  private readonly keys = new Map<string, KeyObject>();

  constructor(private readonly config: SecurityConfig) {}

  /** A 256-bit key. */
  get(purpose: KeyPurpose): KeyObject {
    return this.derive(this.config.secretKey, purpose);
  }

  /** The key of the same purpose before the last rotation of `SECRET_KEY`, if that is configured. */
  previous(purpose: KeyPurpose): KeyObject | undefined {
    const root = this.config.secretKeyPrevious;
    return root === undefined ? undefined : this.derive(root, purpose);
  }

  private derive(root: string, purpose: KeyPurpose): KeyObject {
    const id = `${purpose}\n${root}`;
    let key = this.keys.get(id);
    if (!key) {
      // KeyObject, not bytes or text: signing libraries try to parse text as PEM on every call.
      key = createSecretKey(Buffer.from(hkdfSync('sha256', root, '', `devskyy:${purpose}`, 32)));
      this.keys.set(id, key);
    }
    return key;
  }
}
