import fc from 'fast-check';
import { loadConfig } from '#config';
import { DecryptionException } from '#platform/kernel';
import { DerivedKeys } from './derived-keys.js';
import { EncryptionService } from './encryption.service.js';

const OLD = 'kJ8sPq2vXz7LmN4bTf9RwYc3GhD6aEuQ5oViSx1K';
const NEW = 'Zq9wEr5tYu1iOp3aSd7fGh2jKl4zXc8vBn6mQw0E';

const serviceOf = (env: Record<string, string>): EncryptionService =>
  new EncryptionService(new DerivedKeys(loadConfig({ env, envFile: false }).security));

describe('EncryptionService', () => {
  const service = serviceOf({ SECRET_KEY: OLD });

  it('gives back what it was given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.string(), (bytes, place) => {
        const plaintext = Buffer.from(bytes);
        expect(service.decrypt(service.encrypt(plaintext, place), place)).toEqual(plaintext);
      }),
    );
  });

  it('never makes the same ciphertext twice', () => {
    const made = new Set(Array.from({ length: 1000 }, () => service.encrypt('same', 'place')));
    expect(made.size).toBe(1000);
  });

  it('refuses another place, a changed byte and a shortened tag', () => {
    const encrypted = service.encrypt('secret', 'user.totp:1');
    const [version = '', key = '', nonce = '', body = ''] = encrypted.split('.');
    const changed = Buffer.from(body, 'base64url');
    changed[0] = (changed[0] ?? 0) ^ 1;
    const of = (text: string): string => [version, key, nonce, text].join('.');
    expect(() => service.decrypt(encrypted, 'user.totp:2')).toThrow(DecryptionException);
    expect(() => service.decrypt(of(changed.toString('base64url')), 'user.totp:1')).toThrow(DecryptionException);
    expect(() => service.decrypt(of(body.slice(0, -4)), 'user.totp:1')).toThrow(DecryptionException);
    expect(() => service.decrypt(of('AAAA'), 'user.totp:1')).toThrow(DecryptionException);
    expect(() => service.decrypt('nonsense', 'user.totp:1')).toThrow(DecryptionException);
  });

  it('reads values of the key before the rotation, and encrypts under the present one', () => {
    const encrypted = service.encrypt('secret', 'place');
    const rotated = serviceOf({ SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: OLD });
    expect(rotated.decrypt(encrypted, 'place').toString()).toBe('secret');
    expect(encrypted).toMatch(new RegExp(`^${service.prefix}`));
    expect(rotated.encrypt('x', 'place').startsWith(rotated.prefix)).toBe(true);
    expect(rotated.prefix).not.toBe(service.prefix);
    expect(() => serviceOf({ SECRET_KEY: NEW }).decrypt(encrypted, 'place')).toThrow(DecryptionException);
  });
});
