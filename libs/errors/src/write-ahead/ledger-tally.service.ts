import { Injectable } from '@nestjs/common';
import type { Conservation, Outcome } from './conservation.js';

/** What became of the reports of one sender, or of all. */
class Tally {
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
  private readonly whole = new Tally();
  private readonly byProject = new Map<number, Tally>();

  /** Reports came in and are on disk. Until then they are not counted: a sum must not be off while one is being written. */
  accept(count: number, projectId?: number): void {
    for (const tally of this.talliesOf(projectId)) tally.accepted += count;
  }

  /** Reports came in and are not kept, and their sender is told so. */
  refuse(count: number, projectId?: number): void {
    for (const tally of this.talliesOf(projectId)) tally.refused += count;
  }

  /** Reports reached the database. */
  settle(outcome: Outcome, projects: ReadonlyMap<number, Outcome>): void {
    this.whole.settle(outcome);
    for (const [projectId, ofProject] of projects) this.tallyOf(projectId).settle(ofProject);
  }

  get conservation(): Conservation {
    return this.whole.conservation;
  }

  /** The same by project; those that sent nothing in this run are left out. */
  get conservationByProject(): ReadonlyMap<number, Conservation> {
    return new Map([...this.byProject].map(([id, tally]) => [id, tally.conservation]));
  }

  private talliesOf(projectId: number | undefined): Tally[] {
    return projectId === undefined ? [this.whole] : [this.whole, this.tallyOf(projectId)];
  }

  private tallyOf(projectId: number): Tally {
    const tally = this.byProject.get(projectId) ?? new Tally();
    this.byProject.set(projectId, tally);
    return tally;
  }
}
