import { ApiProperty } from '@nestjs/swagger';

/** Something that is not as it was sealed. */
export class IntegrityProblemDto {
  @ApiProperty({ type: Number, nullable: true, example: 17, description: 'The block it is in, if any.' })
  block!: number | null;
  /** @example The records are not those that were sealed */
  message!: string;
}

/** The latest block. */
export class ChainHeadDto {
  /** @example 4711 */
  number!: number;
  /** @example 7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069 */
  hash!: string;
}

/** What a verification found. */
export class IntegrityReportDto {
  /** @example true */
  valid!: boolean;
  /** @example 4711 */
  blocks!: number;
  /** @example 20000 */
  transactions!: number;
  /** @example 12 */
  accounts!: number;
  head!: ChainHeadDto;
  /** @example 0 */
  problemCount!: number;
  /** The first hundred. */
  problems!: IntegrityProblemDto[];
  /** @example 2026-11-24T12:00:00.000Z */
  checkedAt!: string;
}

/** What one commit added to the ledger. Hashes are SHA-256 in hexadecimal. */
export class BlockDto {
  /** @example 4711 */
  number!: number;
  previousHash!: string;
  merkleRoot!: string;
  /** @example 3 */
  count!: number;
  /** @example 2026-11-24T12:00:00.000Z */
  committedAt!: string;
  hash!: string;
  keyId!: string;
  /** Ed25519 over the bytes of the hash, base64url. */
  signature!: string;
}

/** Proof that a transaction is in the ledger. `docs/finance.md` says how to check it. */
export class ReceiptDto {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What was sealed.' })
  record!: object;
  leaf!: string;
  /** @example 1 */
  index!: number;
  /** Hashes from the leaf to the root, nearest first. */
  proof!: string[];
  block!: BlockDto;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'The public key, as in the JWKS.' })
  key!: object;
}
