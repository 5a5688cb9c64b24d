import { Injectable } from '@nestjs/common';
import { Chains } from '#platform/checkpoints';
import { ChainRepository } from './chain.repository.js';

/** Lets checkpoints name where the chain of blocks ends. */
@Injectable()
export class LedgerChainService {
  constructor(blocks: ChainRepository, chains: Chains) {
    chains.add({
      name: 'ledger',
      head: () => blocks.head(),
      hashAt: async (number) => (await blocks.findBlock(number))?.hash,
    });
  }
}
