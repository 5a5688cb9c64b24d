import type { Checkpoint } from './checkpoint.js';

/** Where one chain ends. */
export class ChainEndDto {
  /** @example audit */
  chain!: string;
  /**
   * Number of its last link.
   * @example 4711
   */
  sequence!: number;
  /**
   * Hash of that link, in hex.
   * @example 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
   */
  hash!: string;
}

/** Where all chains end, signed. Keep it where the service cannot reach it; `devskyy verify --checkpoint` compares it later. */
export class CheckpointDto {
  chains!: ChainEndDto[];
  /** @example 2026-11-24T12:00:00.000Z */
  issuedAt!: string;
  /** Thumbprint of the key (RFC 7638); it comes from SECRET_KEY. */
  keyId!: string;
  /** The key, base64url (`x` of RFC 8037). Keep it: only a key kept before says that a checkpoint is genuine. */
  publicKey!: string;
  /** Ed25519 over the canonical JSON (RFC 8785) of the other fields, base64url. */
  signature!: string;
  /** @example 1 */
  version!: number;
}

export function toCheckpointDto({ chains, ...checkpoint }: Checkpoint): CheckpointDto {
  return { ...checkpoint, chains: chains.map(({ chain, sequence, hash }) => ({ chain, sequence, hash })) };
}
