import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { ChainHead } from './chains.js';

/** The ends of all chains at a moment, signed. */
export interface Checkpoint {
  readonly chains: readonly (ChainHead & { readonly chain: string })[];
  /** RFC 3339. */
  readonly issuedAt: string;
  /** Thumbprint of the key (RFC 7638). */
  readonly keyId: string;
  /** `x` of the key (RFC 8037 §2), base64url. */
  readonly publicKey: string;
  /** Ed25519 (RFC 8032) over the canonical text of the other fields, base64url. */
  readonly signature: string;
  readonly version: 1;
}

/** What DER of an Ed25519 private key begins with (RFC 8410 §7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** An Ed25519 key from 32 random bytes. */
export class CheckpointKey {
  private readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** Thumbprint of the public key (RFC 7638). */
  readonly id: string;
  private readonly x: string;

  constructor(seed: Buffer) {
    this.privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
    this.publicKey = createPublicKey(this.privateKey);
    const { crv, kty, x = '' } = this.publicKey.export({ format: 'jwk' });
    this.x = x;
    this.id = createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
  }

  sign(chains: Checkpoint['chains'], issuedAt: string): Checkpoint {
    const unsigned = { chains, issuedAt, keyId: this.id, publicKey: this.x, version: 1 as const };
    const signature = sign(null, canonical(unsigned), this.privateKey).toString('base64url');
    return { ...unsigned, signature };
  }
}

/** Whether the checkpoint was signed with the private part of this key. */
export function isSignedWith(checkpoint: Checkpoint, publicKey: KeyObject): boolean {
  return verify(null, canonical(checkpoint), publicKey, Buffer.from(checkpoint.signature, 'base64url'));
}

/** A checkpoint as a line of the log holds it: what is called a signature there is taken for a secret and blotted out. */
export function textForLog({ signature, ...checkpoint }: Checkpoint): string {
  return JSON.stringify({ ...checkpoint, seal: signature });
}

/** A checkpoint from its JSON, or from its text in the log; `undefined` for anything else. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  try {
    const { seal, ...fields } = JSON.parse(text) as Record<string, unknown>;
    const value = { signature: seal, ...fields } as Partial<Record<keyof Checkpoint, unknown>>;
    if (value.version !== 1 || !Array.isArray(value.chains)) return undefined;
    const areTexts = [value.issuedAt, value.keyId, value.publicKey, value.signature].every(
      (field) => typeof field === 'string',
    );
    return areTexts && value.chains.every(isEnd) ? (value as Checkpoint) : undefined;
  } catch {
    return undefined;
  }
}

function isEnd(value: unknown): boolean {
  const { chain, sequence, hash } = (value ?? {}) as Record<string, unknown>;
  return typeof chain === 'string' && Number.isSafeInteger(sequence) && /^[0-9a-f]*$/.test(String(hash));
}

/** Canonical JSON (RFC 8785): names in order, no blanks. The fields are texts and whole numbers only. */
function canonical({ chains, issuedAt, keyId, publicKey, version }: Omit<Checkpoint, 'signature'>): Buffer {
  const ordered = chains.map(({ chain, hash, sequence }) => ({ chain, hash, sequence }));
  return Buffer.from(JSON.stringify({ chains: ordered, issuedAt, keyId, publicKey, version }));
}
