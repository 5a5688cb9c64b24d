import { createCipheriv, createDecipheriv, createHash, type KeyObject, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DecryptionException } from '#platform/kernel';
import { DerivedKeys } from './derived-keys.js';

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts secrets at rest with AES-256-GCM (NIST SP 800-38D): a random 96-bit nonce for each value, a 128-bit tag, and the
 * place of the value (`table.column:row`) as additional data, so that a ciphertext copied to another row does not open.
 *
 * Text form: `v1.<key id>.<nonce>.<ciphertext><tag>`, base64url. The key id finds the key again after a rotation.
 */
@Injectable()
export class EncryptionService {
  private readonly current: { id: string; key: KeyObject };
  private readonly byId = new Map<string, KeyObject>();

  constructor(keys: DerivedKeys) {
    const key = keys.get('encryption');
    const previous = keys.previous('encryption');
    this.current = { id: idOf(key), key };
    if (previous) this.byId.set(idOf(previous), previous);
    this.byId.set(this.current.id, key);
  }

  /** @param place where the value is kept; the same must be given to decrypt */
  encrypt(plaintext: Buffer | string, place: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.current.key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(place));
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    return [VERSION, this.current.id, nonce.toString('base64url'), ciphertext.toString('base64url')].join('.');
  }

  /** @throws DecryptionException when the key is unknown, the place differs or the value was changed */
  decrypt(encrypted: string, place: string): Buffer {
    const [version, keyId = '', nonce = '', body = ''] = encrypted.split('.');
    const key = this.byId.get(keyId);
    if (version !== VERSION || !key)
      throw new DecryptionException('The value was encrypted with a key that is not configured');
    const bytes = Buffer.from(body, 'base64url');
    if (bytes.length < TAG_BYTES) throw new DecryptionException();
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(place));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch (error) {
      throw new DecryptionException(undefined, { cause: error });
    }
  }

  /** What all begins with that the present key encrypts: a value that does not is to be encrypted anew (`EncryptedColumns`). */
  get prefix(): string {
    return `${VERSION}.${this.current.id}.`;
  }
}

function idOf(key: KeyObject): string {
  return createHash('sha256').update('devskyy:key-id').update(key.export()).digest('hex').slice(0, 8);
}
