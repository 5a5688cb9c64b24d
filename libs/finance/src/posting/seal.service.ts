import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { type Block, type BlockHeader, blockHash, leafHash, merkleRoot } from '../chain/chain.js';
import { inOrder, type Leaf } from '../chain/leaves.js';
import { ChainRepository } from '../chain/chain.repository.js';
import type { Head } from './ledger.repository.js';
import { SigningKeyService } from '../chain/signing-key.service.js';

/** Seals what a commit adds into the next block of the chain, in that commit. */
@Injectable()
export class SealService {
  constructor(
    private readonly chain: ChainRepository,
    private readonly keys: SigningKeyService,
  ) {}

  /** To be called before the head is locked: a key that has to be made first is made in a commit of its own. */
  async prepare(): Promise<void> {
    await this.keys.load();
  }

  /** The next block, over these records. */
  async blockOf(head: Head, leaves: readonly Leaf[]): Promise<Block> {
    const header: BlockHeader = {
      number: head.blockNumber + 1,
      previousHash: head.blockHash,
      merkleRoot: merkleRoot(inOrder(leaves).map(leafHash)).toString('hex'),
      count: leaves.length,
      committedAt: head.now.toISOString(),
    };
    const hash = blockHash(header);
    return { ...header, hash: hash.toString('hex'), ...(await this.keys.sign(hash)) };
  }

  /** Adds the next block; its records must be in the database with its number. */
  async seal(tx: Transaction, head: Head, leaves: readonly Leaf[]): Promise<void> {
    await this.chain.addBlock(tx, await this.blockOf(head, leaves));
  }
}
