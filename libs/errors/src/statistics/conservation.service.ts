import { Injectable } from '@nestjs/common';
import { conserved, type Conservation, NOTHING_RECEIVED } from '../write-ahead/conservation.js';
import { ProjectRepository } from '../projects/project.repository.js';
import { RunRepository } from '../runs/run.repository.js';
import { CurrentRunService } from '../write-ahead/current-run.service.js';
import { LedgerTallyService } from '../write-ahead/ledger-tally.service.js';

/** What became of the events of a project. */
export interface ProjectConservation extends Conservation {
  id: number;
  name: string;
  /** What its senders said that they dropped; it never reached us, so it is in no other count. */
  lostBySender: number;
}

/** The count of this run, which is the freshest, together with what the database knows of all others. */
@Injectable()
export class ConservationService {
  constructor(
    private readonly run: CurrentRunService,
    private readonly tally: LedgerTallyService,
    private readonly runs: RunRepository,
    private readonly projects: ProjectRepository,
  ) {}

  async conservation(): Promise<Conservation> {
    return sumOf(this.tally.conservation, await this.runs.sumOfOthers(this.run.runId));
  }

  /** The same by project, for those that ever sent something. */
  async byProject(): Promise<ProjectConservation[]> {
    const [others, names, lost] = await Promise.all([
      this.runs.sumOfOthersByProject(this.run.runId),
      this.projects.names(),
      this.projects.lostByProject(),
    ]);
    const own = this.tally.conservationByProject;
    const ids = [...new Set([...own.keys(), ...others.keys(), ...lost.keys()])].sort((a, b) => a - b);
    return ids.map((id) => ({
      id,
      name: names.get(id) ?? '',
      ...sumOf(own.get(id) ?? NOTHING_RECEIVED, others.get(id) ?? NOTHING_RECEIVED),
      lostBySender: lost.get(id) ?? 0,
    }));
  }
}

function sumOf(own: Conservation, others: Omit<Conservation, 'backlog'>): Conservation {
  // A run that was killed has not said all that it received.
  const { received, stored, duplicate, quarantined, backlog, refused } = conserved(others);
  return {
    received: own.received + received,
    stored: own.stored + stored,
    duplicate: own.duplicate + duplicate,
    quarantined: own.quarantined + quarantined,
    backlog: own.backlog + backlog,
    refused: own.refused + refused,
  };
}
