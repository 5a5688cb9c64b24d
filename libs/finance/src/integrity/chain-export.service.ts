import { Injectable } from '@nestjs/common';
import type { Transaction as DatabaseTransaction } from '#platform/database';
import { leafHash } from '../chain/chain.js';
import { inOrder, type Leaf } from '../chain/leaves.js';
import { SnapshotRepository } from './snapshot.repository.js';
import { VerificationRepository } from './verification.repository.js';
import { SigningKeyService } from '../chain/signing-key.service.js';

/**
 * The chain as lines of JSON, for `devskyy verify ledger`: the public keys; block by block its records, then the block; the balances;
 * and an end that tells a complete file from a cut one. Records that are no posted transaction, account or closed month are there as
 * the hash of their leaf, so that the block can be checked all the same.
 */
@Injectable()
export class ChainExportService {
  constructor(
    private readonly snapshots: SnapshotRepository,
    private readonly records: VerificationRepository,
    private readonly keys: SigningKeyService,
  ) {}

  async *textOf(tx: DatabaseTransaction): AsyncGenerator<string> {
    yield lineOf({ ledger: { format: 1, keys: await this.keys.publicKeys() } });
    let [number, hash] = [0, ''];
    for (;;) {
      const blocks = await this.records.blocksAfter(tx, number);
      const last = blocks.at(-1);
      if (!last) break;
      const records = await this.records.recordsOf(tx, number + 1, last.number);
      const byBlock = new Map<number, Leaf[]>(blocks.map((block) => [block.number, []]));
      for (const { blockNumber, leaf } of records) byBlock.get(blockNumber)?.push(leaf);
      for (const block of blocks) {
        const leaves = inOrder(byBlock.get(block.number) ?? []).map(shown);
        yield [...leaves, { block }].map(lineOf).join('');
      }
      [number, hash] = [last.number, last.hash];
    }
    const balances = (await this.snapshots.accounts(tx)).map(({ code, net }) => ({
      account: code,
      net: net.toString(),
    }));
    yield lineOf({ balances });
    yield lineOf({ end: { blocks: number, hash } });
  }
}

function shown(leaf: Leaf): object {
  const isPosted = 'transaction' in leaf && (leaf.transaction as { state: string }).state === 'posted';
  return isPosted || 'account' in leaf || 'period' in leaf ? leaf : { leaf: leafHash(leaf).toString('hex') };
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
