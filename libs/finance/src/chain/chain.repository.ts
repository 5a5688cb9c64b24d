import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import { type EncryptedColumn, EncryptedColumns } from '#platform/security';
import { BlockEntity } from '../tables/block.entity.js';
import { HeadEntity } from '../tables/head.entity.js';
import { SigningKeyEntity } from '../tables/signing-key.entity.js';
import type { Block } from './chain.js';

/** A key that blocks are signed with; the private part is encrypted. */
export interface StoredSigningKey {
  readonly id: string;
  /** `x` of the JWK, base64url. */
  readonly publicKey: string;
  readonly privateKey: string;
}

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
    const stored = storedBlock(block);
    await tx.insertMany(BlockEntity, [stored]);
    const head = { recordedAt: stored.committedAt, blockNumber: stored.number, blockHash: stored.hash };
    await tx.repository(HeadEntity).update({ isOnly: true }, head);
  }

  /** The last block, as the head remembers it apart from the blocks. */
  async head(): Promise<{ sequence: number; hash: string }> {
    const head = await this.database.repository(HeadEntity).findOneBy({ isOnly: true });
    return { sequence: head?.blockNumber ?? 0, hash: head?.blockHash.toString('hex') ?? '' };
  }

  async findBlock(number: number): Promise<Block | undefined> {
    const block = await this.database.repository(BlockEntity).findOneBy({ number });
    return block ? toBlock(block) : undefined;
  }

  /** Keys, the latest first. */
  keys(): Promise<StoredSigningKey[]> {
    return this.database.repository(SigningKeyEntity).find({ order: { createdAt: 'DESC', id: 'ASC' } });
  }

  async addKey({ id, publicKey, privateKey }: StoredSigningKey): Promise<void> {
    await this.database.insertMany(SigningKeyEntity, [{ id, publicKey, privateKey }]);
  }
}

export function storedBlock(block: Block): BlockEntity {
  const bytes = (hash: string): Buffer => Buffer.from(hash, 'hex');
  return {
    ...block,
    previousHash: bytes(block.previousHash),
    merkleRoot: bytes(block.merkleRoot),
    committedAt: new Date(block.committedAt),
    hash: bytes(block.hash),
    signature: Buffer.from(block.signature, 'base64url'),
  };
}

export function toBlock(block: BlockEntity): Block {
  return {
    ...block,
    previousHash: block.previousHash.toString('hex'),
    merkleRoot: block.merkleRoot.toString('hex'),
    committedAt: block.committedAt.toISOString(),
    hash: block.hash.toString('hex'),
    signature: block.signature.toString('base64url'),
  };
}
