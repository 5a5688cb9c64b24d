import { createPublicKey, hash as sha, type JsonWebKey, verify } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

/** What a block's hash is taken of. Hashes are SHA-256 in lower-case hexadecimal. */
export interface BlockHeader {
  readonly number: number;
  /** Of the block before; zeros for the first. */
  readonly previousHash: string;
  readonly merkleRoot: string;
  /** Leaves. */
  readonly count: number;
  readonly committedAt: string;
}

/** What one commit added to the ledger. */
export interface Block extends BlockHeader {
  readonly hash: string;
  /** JWK thumbprint (RFC 7638) of the key that signed. */
  readonly keyId: string;
  /** Ed25519 (RFC 8032) over the 32 bytes of the hash, base64url. */
  readonly signature: string;
}

/** An Ed25519 public key (RFC 8037). */
export type PublicJwk = JsonWebKey & { kid: string };

/** Previous hash of the first block. */
export const NO_HASH = '0'.repeat(64);

const NODE = Buffer.from([1]);

function sha256(data: Buffer | string): Buffer {
  return sha('sha256', data, 'buffer');
}

/** Leaf of a document: SHA-256 over 0x00 and its canonical JSON (RFC 6962 §2.1, RFC 8785). */
export function leafHash(document: object): Buffer {
  return sha256(`\0${canonicalJson(document)}`);
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return sha256(Buffer.concat([NODE, left, right]));
}

/** Root of the Merkle tree over leaves (RFC 6962 §2.1). */
export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return sha256('');
  if (leaves.length === 1) return first;
  const split = splitOf(leaves.length);
  return nodeHash(merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split)));
}

/** Hashes that lead from a leaf to the root, nearest first (RFC 6962 §2.1.1). */
export function inclusionProof(leaves: readonly Buffer[], index: number): Buffer[] {
  if (leaves.length <= 1) return [];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...inclusionProof(left, index), merkleRoot(right)]
    : [...inclusionProof(right, index - split), merkleRoot(left)];
}

/** The root that a leaf and its proof come to (RFC 9162 §2.1.3.2); `undefined` when the proof does not fit the tree. */
export function rootFromProof(
  leaf: Buffer,
  index: number,
  count: number,
  proof: readonly Buffer[],
): Buffer | undefined {
  if (index < 0 || index >= count) return undefined;
  let [node, position, last] = [leaf, index, count - 1];
  for (const sibling of proof) {
    if (last === 0) return undefined;
    if (position % 2 === 1 || position === last) {
      node = nodeHash(sibling, node);
      while (position % 2 === 0 && position !== 0) [position, last] = [position >> 1, last >> 1];
    } else {
      node = nodeHash(node, sibling);
    }
    [position, last] = [position >> 1, last >> 1];
  }
  return last === 0 ? node : undefined;
}

export function blockHash({ number, previousHash, merkleRoot: root, count, committedAt }: BlockHeader): Buffer {
  return sha256(canonicalJson({ number, previousHash, merkleRoot: root, count, committedAt }));
}

/** Whether the key signed the hash. */
export function isSignedBy(key: PublicJwk | undefined, { hash, signature }: Block): boolean {
  if (!key) return false;
  try {
    const publicKey = createPublicKey({ key, format: 'jwk' });
    return verify(null, Buffer.from(hash, 'hex'), publicKey, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/** Follows a chain block by block and says what does not fit. */
export class ChainFollower {
  private number = 0;
  private hash = NO_HASH;

  constructor(private readonly keys: ReadonlyMap<string, PublicJwk>) {}

  /** Number and hash of the latest block. */
  get head(): { number: number; hash: string } {
    return { number: this.number, hash: this.hash };
  }

  /** @returns the faults of a block, given the leaves that it should be over */
  follow(block: Block, leaves: readonly Buffer[]): string[] {
    const faults: string[] = [];
    if (block.number !== this.number + 1) faults.push(`Block ${block.number} follows block ${this.number}`);
    if (block.previousHash !== this.hash) faults.push('The previous hash is not that of the block before');
    if (block.count !== leaves.length) faults.push(`There are ${leaves.length} records, not ${block.count}`);
    if (merkleRoot(leaves).toString('hex') !== block.merkleRoot)
      faults.push('The records are not those that were sealed');
    if (blockHash(block).toString('hex') !== block.hash) faults.push('The hash is not that of the block');
    if (!isSignedBy(this.keys.get(block.keyId), block)) faults.push('The signature does not hold');
    this.number = block.number;
    this.hash = block.hash;
    return faults;
  }
}

/** Largest power of two below the number. */
function splitOf(count: number): number {
  return 2 ** Math.floor(Math.log2(count - 1));
}
