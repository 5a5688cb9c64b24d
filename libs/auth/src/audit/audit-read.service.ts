import { Injectable } from '@nestjs/common';
import { type ChainHead, Chains } from '#platform/checkpoints';
import { CHAIN_START, chainHash } from './audit-chain.js';
import { type AuditEvent, type AuditFilter, AuditRepository } from './audit.repository.js';

export type { AuditEvent, AuditFilter } from './audit.repository.js';

/** Links checked at a time. */
const BATCH = 1_000;

/** What checking the trail found. */
export interface AuditVerification {
  isIntact: boolean;
  /** Events checked. */
  checked: number;
  /** Place and hash of the last event; kept elsewhere, it shows later whether the trail was rewritten. */
  head: { sequence: number; hash: string };
  /** The first event that is not what was written. */
  firstBroken?: { sequence: number; id: string | null; reason: string };
}

/** Reads the audit trail, and checks that nobody changed it. */
@Injectable()
export class AuditReadService {
  constructor(
    private readonly events: AuditRepository,
    chains: Chains,
  ) {
    chains.add({
      name: 'audit',
      head: () => this.head(),
      hashAt: async (sequence) => (await this.events.hashAt(sequence))?.toString('hex'),
    });
  }

  private async head(): Promise<ChainHead> {
    const { sequence, hash } = await this.events.head();
    return { sequence, hash: hash.toString('hex') };
  }

  /** The latest entries, newest first: before an instant, or at it behind one of them. */
  async latest(limit: number, filter: AuditFilter = {}, at?: Date, afterId?: string): Promise<AuditEvent[]> {
    const sequence = afterId === undefined ? undefined : await this.events.sequenceOf(afterId);
    return this.events.list({ ...filter, until: sequence === undefined ? at : undefined }, limit, sequence);
  }

  /** Place of the last entry. Entries are committed in the order of their places: none is added below it later. */
  async position(): Promise<number> {
    return (await this.events.head()).sequence;
  }

  /** The entries behind a place and up to another, oldest first. */
  between(after: number, to: number): Promise<AuditEvent[]> {
    return this.events.between(after, to);
  }

  /** Newest first; one more than `limit` when there is a next page. */
  list(filter: AuditFilter, limit: number, before?: number): Promise<AuditEvent[]> {
    return this.events.list(filter, limit + 1, before);
  }

  /** Computes the whole chain again, up to the event that is the last one now. */
  async verify(): Promise<AuditVerification> {
    const head = await this.events.head();
    const shown = { sequence: head.sequence, hash: head.hash.toString('hex') };
    let previous: Buffer = CHAIN_START;
    let checked = 0;
    const broken = (id: string | null, reason: string): AuditVerification => ({
      isIntact: false,
      checked,
      head: shown,
      firstBroken: { sequence: checked + 1, id, reason },
    });
    while (checked < head.sequence) {
      const links = await this.events.links(checked, head.sequence, BATCH);
      if (links.length === 0) return broken(null, 'is missing');
      for (const link of links) {
        if (link.sequence !== checked + 1) return broken(null, 'is missing');
        if (!chainHash(previous, link.fields).equals(link.hash)) return broken(link.id, 'does not match its hash');
        previous = link.hash;
        checked += 1;
      }
    }
    if (!previous.equals(head.hash)) return broken(null, 'the end of the trail was replaced');
    return { isIntact: true, checked, head: shown };
  }
}
