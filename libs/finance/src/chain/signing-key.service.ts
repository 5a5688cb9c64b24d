import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DecryptionException } from '#platform/kernel';
import { PublishedKeys } from '#platform/security';
import type { PublicJwk } from './chain.js';
import { ChainRepository, type StoredSigningKey } from './chain.repository.js';

interface LoadedKey {
  id: string;
  privateKey: KeyObject;
}

/**
 * The Ed25519 key that blocks are signed with: made once, kept in the database with its private part encrypted, and used by every
 * replica. When `SECRET_KEY` was changed so that it cannot be read any more, a new one follows; the old public key stays known.
 */
@Injectable()
export class SigningKeyService implements OnModuleInit {
  private loaded: Promise<LoadedKey> | undefined;

  constructor(
    private readonly chain: ChainRepository,
    private readonly published: PublishedKeys,
  ) {}

  onModuleInit(): void {
    this.published.add(() => this.publicKeys());
  }

  /** Every key that blocks were signed with, the latest first. */
  async publicKeys(): Promise<PublicJwk[]> {
    return (await this.chain.keys()).map(({ id, publicKey }) => ({ ...jwkOf(publicKey), kid: id }));
  }

  /** Loads the key, or makes it; `sign` needs it. */
  load(): Promise<LoadedKey> {
    this.loaded ??= this.loadOrMake().catch((error: unknown) => {
      this.loaded = undefined;
      throw error;
    });
    return this.loaded;
  }

  /** Signs a hash. @returns the signature, base64url, and the id of the key */
  async sign(hash: Buffer): Promise<{ keyId: string; signature: string }> {
    const { id, privateKey } = await this.load();
    return { keyId: id, signature: sign(null, hash, privateKey).toString('base64url') };
  }

  private async loadOrMake(): Promise<LoadedKey> {
    const [latest] = await this.chain.keys();
    const known = latest && this.decrypted(latest);
    if (known) return known;
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const x = publicKey.export({ format: 'jwk' }).x ?? '';
    const id = thumbprint(x);
    const secret = this.chain.privateKeys.encrypt(privateKey.export({ format: 'der', type: 'pkcs8' }), id);
    // Two replicas may each make one at their first start; blocks name the key they are signed with, so both are good.
    await this.chain.addKey({ id, publicKey: x, privateKey: secret });
    return { id, privateKey };
  }

  private decrypted({ id, privateKey }: StoredSigningKey): LoadedKey | undefined {
    try {
      const der = this.chain.privateKeys.decrypt(privateKey, id);
      return { id, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
    } catch (error) {
      if (error instanceof DecryptionException) return undefined;
      throw error;
    }
  }
}

function jwkOf(x: string): { kty: string; crv: string; x: string; alg: string; use: string } {
  return { kty: 'OKP', crv: 'Ed25519', x, alg: 'EdDSA', use: 'sig' };
}

/** JWK thumbprint (RFC 7638, RFC 8037 §2). */
function thumbprint(x: string): string {
  return createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
}
