import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { type EncryptedColumn, EncryptedColumns } from '#platform/security';
import type { Block } from './chain.js';
import { SigningKeyEntity } from '../tables/signing-key.entity.js';

/** A key that blocks are signed with; the private part is encrypted. */
export interface StoredSigningKey {
  readonly id: string;
  /** `x` of the JWK, base64url. */
  readonly publicKey: string;
  readonly privateKey: string;
}

interface KeyRow extends Record<string, unknown> {
  id: string;
  public_key: string;
  private_key: string;
}

export interface BlockRow extends Record<string, unknown> {
  number: string;
  previous_hash: Buffer;
  merkle_root: Buffer;
  count: number;
  committed_at: Date;
  hash: Buffer;
  key_id: string;
  signature: Buffer;
}

const ADD_BLOCK = {
  name: 'finance_add_block',
  text: `WITH block AS (
           INSERT INTO finance_block (number, previous_hash, merkle_root, count, committed_at, hash, key_id, signature)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8))
         UPDATE finance_head SET recorded_at = $5, block_number = $1, block_hash = $6`,
};

/** Blocks and the keys that sign them. */
@Injectable()
export class ChainRepository {
  /** Private parts of the keys, by key. */
  readonly privateKeys: EncryptedColumn;

  constructor(
    private readonly database: Database,
    columns: EncryptedColumns,
  ) {
    this.privateKeys = columns.add(SigningKeyEntity, 'privateKey');
  }

  /** Adds a block and moves the head to it. */
  async addBlock(tx: Transaction, block: Block): Promise<void> {
    const bytes = (hash: string): Buffer => Buffer.from(hash, 'hex');
    await tx.execute(ADD_BLOCK, [
      block.number,
      bytes(block.previousHash),
      bytes(block.merkleRoot),
      block.count,
      block.committedAt,
      bytes(block.hash),
      block.keyId,
      Buffer.from(block.signature, 'base64url'),
    ]);
  }

  /** The last block, as the head remembers it apart from the blocks. */
  async head(): Promise<{ sequence: number; hash: string }> {
    const sql = 'SELECT block_number, block_hash FROM finance_head';
    const [row] = await this.database.query<{ block_number: string; block_hash: Buffer }>(sql);
    return { sequence: Number(row?.block_number ?? 0), hash: row?.block_hash.toString('hex') ?? '' };
  }

  async findBlock(number: number): Promise<Block | undefined> {
    const [row] = await this.database.query<BlockRow>('SELECT * FROM finance_block WHERE number = $1', [number]);
    return row && toBlock(row);
  }

  /** Keys, the latest first. */
  async keys(): Promise<StoredSigningKey[]> {
    const rows = await this.database.query<KeyRow>('SELECT * FROM finance_signing_key ORDER BY created_at DESC, id');
    return rows.map(({ id, public_key, private_key }) => ({ id, publicKey: public_key, privateKey: private_key }));
  }

  async addKey({ id, publicKey, privateKey }: StoredSigningKey): Promise<void> {
    await this.database.execute('INSERT INTO finance_signing_key (id, public_key, private_key) VALUES ($1, $2, $3)', [
      id,
      publicKey,
      privateKey,
    ]);
  }
}

export function toBlock(row: BlockRow): Block {
  return {
    number: Number(row.number),
    previousHash: row.previous_hash.toString('hex'),
    merkleRoot: row.merkle_root.toString('hex'),
    count: row.count,
    committedAt: row.committed_at.toISOString(),
    hash: row.hash.toString('hex'),
    keyId: row.key_id,
    signature: row.signature.toString('base64url'),
  };
}
