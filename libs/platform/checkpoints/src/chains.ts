import { Injectable } from '@nestjs/common';

/** The end of a chain of hashes: how far it goes, and the hash that all before it lead to. */
export interface ChainHead {
  /** Number of the last link; 0 when there is none yet. */
  readonly sequence: number;
  /** SHA-256 in hex. */
  readonly hash: string;
}

/** A chain of hashes that the service keeps in its database. */
export interface Chain {
  /** `audit`, `ledger`, `task-removals`. */
  readonly name: string;
  head(): Promise<ChainHead>;
  /** Hash of a link, in hex; `undefined` when there is none with this number. */
  hashAt(sequence: number): Promise<string | undefined>;
}

/**
 * The chains of the service. Each module adds its own: whoever can rewrite the database can cut off a chain's end together with its head,
 * and only what is kept elsewhere shows it.
 */
@Injectable()
export class Chains {
  private readonly chains: Chain[] = [];

  add(chain: Chain): void {
    this.chains.push(chain);
    this.chains.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** All of them, by name. */
  get all(): readonly Chain[] {
    return this.chains;
  }
}
