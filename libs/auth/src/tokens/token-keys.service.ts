import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SecurityConfig } from '#config';
import { DerivedKeys } from '#platform/security';

/** Signature algorithms of access tokens (RFC 7518 §3.1); the kind of key decides. */
export type TokenAlgorithm = 'HS256' | 'ES256' | 'RS256';

interface VerificationKey {
  key: KeyObject;
  algorithm: TokenAlgorithm;
}

/** A key of tokens as the JWKS shows it (RFC 7517). */
export interface PublishedTokenKey extends JsonWebKey {
  kid: string;
  use: 'sig';
  alg: string;
}

/**
 * The keys of access tokens: one signs, and it and the others verify. Without `JWT_PRIVATE_KEY` there is one, derived from
 * the root key, which has no id and is published nowhere. Key ids are thumbprints (RFC 7638), so every replica and every
 * release gives a key the same one.
 */
@Injectable()
export class TokenKeysService {
  readonly signing: VerificationKey & { keyId: string | undefined };
  readonly published: readonly PublishedTokenKey[];
  private readonly verification = new Map<string | undefined, VerificationKey>();

  constructor({ jwtPrivateKey, jwtOtherKeys }: SecurityConfig, derived: DerivedKeys) {
    if (!jwtPrivateKey) {
      this.signing = { key: derived.get('access-token'), algorithm: 'HS256', keyId: undefined };
      this.verification.set(undefined, this.signing);
      this.published = [];
      return;
    }
    const keys = [createPublicKey(jwtPrivateKey), ...jwtOtherKeys].map(publish);
    for (const { jwk, ...key } of keys) this.verification.set(jwk.kid, key);
    this.published = keys.map(({ jwk }) => jwk);
    const [{ kid }] = this.published as [PublishedTokenKey];
    this.signing = { key: jwtPrivateKey, algorithm: algorithmOf(jwtPrivateKey), keyId: kid };
  }

  /** The algorithms that any of the keys is used with. */
  get algorithms(): TokenAlgorithm[] {
    return [...new Set([...this.verification.values()].map(({ algorithm }) => algorithm))];
  }

  /** The key that a token's header names; `undefined` unless it is one of ours and used with its own algorithm. */
  find(keyId: unknown, algorithm: unknown): KeyObject | undefined {
    const found = keyId === undefined || typeof keyId === 'string' ? this.verification.get(keyId) : undefined;
    return found?.algorithm === algorithm ? found?.key : undefined;
  }
}

function publish(key: KeyObject): VerificationKey & { jwk: PublishedTokenKey } {
  const jwk = key.export({ format: 'jwk' });
  const { crv, e, kty, n, x, y } = jwk;
  // RFC 7638 §3: the required members only, in this order, without blanks.
  const members = kty === 'EC' ? { crv, kty, x, y } : { e, kty, n };
  const kid = createHash('sha256').update(JSON.stringify(members)).digest('base64url');
  const algorithm = algorithmOf(key);
  return { key, algorithm, jwk: { ...jwk, kid, use: 'sig', alg: algorithm } };
}

function algorithmOf(key: KeyObject): TokenAlgorithm {
  return key.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256';
}
