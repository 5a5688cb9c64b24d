import { Injectable } from '@nestjs/common';
import type { Conservation, Outcome } from './conservation.js';

class Account {
  refused = 0;
  accepted = 0;
  readonly outcome: Outcome = { stored: 0, duplicate: 0, quarantined: 0 };

  get conservation(): Conservation {
    const { refused, accepted, outcome } = this;
    const backlog = accepted - outcome.stored - outcome.duplicate - outcome.quarantined;
    return { received: accepted + refused, ...outcome, refused, backlog };
  }

  settle({ stored, duplicate, quarantined }: Outcome): void {
    this.outcome.stored += stored;
    this.outcome.duplicate += duplicate;
    this.outcome.quarantined += quarantined;
  }
}

/** What became of the reports of this run so far, in all and by project; read by health, metrics, statistics and the artifact. */
@Injectable()
export class LedgerTallyService {
  private readonly whole = new Account();
  private readonly byProject = new Map<number, Account>();

  /** Reports came in and are on disk. Until then they are not counted: a sum must not be off while one is being written. */
  accept(count: number, projectId?: number): void {
    for (const account of this.accountsOf(projectId)) account.accepted += count;
  }

  /** Reports came in and are not kept, and their sender is told so. */
  refuse(count: number, projectId?: number): void {
    for (const account of this.accountsOf(projectId)) account.refused += count;
  }

  /** Reports reached the database. */
  settle(outcome: Outcome, projects: ReadonlyMap<number, Outcome>): void {
    this.whole.settle(outcome);
    for (const [projectId, ofProject] of projects) this.accountOf(projectId).settle(ofProject);
  }

  get conservation(): Conservation {
    return this.whole.conservation;
  }

  /** The same by project; those that sent nothing in this run are left out. */
  get conservationByProject(): ReadonlyMap<number, Conservation> {
    return new Map([...this.byProject].map(([id, account]) => [id, account.conservation]));
  }

  private accountsOf(projectId: number | undefined): Account[] {
    return projectId === undefined ? [this.whole] : [this.whole, this.accountOf(projectId)];
  }

  private accountOf(projectId: number): Account {
    const account = this.byProject.get(projectId) ?? new Account();
    this.byProject.set(projectId, account);
    return account;
  }
}
