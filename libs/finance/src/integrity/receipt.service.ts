import { Injectable } from '@nestjs/common';
import { type Block, inclusionProof, leafHash, type PublicJwk } from '../chain/chain.js';
import { TransactionNotFoundException } from '../books/finance.exceptions.js';
import { inOrder } from '../chain/leaves.js';
import { ChainRepository } from '../chain/chain.repository.js';
import { SnapshotRepository } from './snapshot.repository.js';
import { TransactionRepository } from '../transactions/transaction.repository.js';
import { VerificationRepository } from './verification.repository.js';
import { SigningKeyService } from '../chain/signing-key.service.js';

/** Proof that a transaction is in the ledger, for somebody who knows the public key and nothing else. */
export interface Receipt {
  /** What was sealed: the leaf is SHA-256 over 0x00 and its canonical JSON. */
  record: object;
  leaf: string;
  /** Place of the leaf among those of its block. */
  index: number;
  /** Hashes from the leaf to the root, nearest first. */
  proof: string[];
  block: Block;
  key: PublicJwk;
}

/** Signed proofs of inclusion. */
@Injectable()
export class ReceiptService {
  constructor(
    private readonly transactions: TransactionRepository,
    private readonly chain: ChainRepository,
    private readonly snapshots: SnapshotRepository,
    private readonly records: VerificationRepository,
    private readonly keys: SigningKeyService,
  ) {}

  /** @throws TransactionNotFoundException when there is none, or it was recorded before blocks were */
  async receipt(id: string): Promise<Receipt> {
    const number = (await this.transactions.blocksOf([id])).get(id);
    const block = number === undefined ? undefined : await this.chain.findBlock(number);
    if (!block) throw new TransactionNotFoundException();
    const records = await this.snapshots.read((tx) => this.records.recordsOf(tx, block.number, block.number));
    const own = records.find(({ transaction }) => transaction?.id === id);
    const key = (await this.keys.publicKeys()).find(({ kid }) => kid === block.keyId);
    if (!own || !key) throw new TransactionNotFoundException();
    const leaves = inOrder(records.map(({ leaf }) => leaf));
    const index = leaves.indexOf(own.leaf);
    const hashes = leaves.map(leafHash);
    return {
      record: own.leaf,
      leaf: hashes[index]?.toString('hex') ?? '',
      index,
      proof: inclusionProof(hashes, index).map((hash) => hash.toString('hex')),
      block,
      key,
    };
  }
}
