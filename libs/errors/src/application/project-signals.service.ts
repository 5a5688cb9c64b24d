import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '#platform/observability';
import { LedgerTally } from './ledger-tally.js';
import { ProjectDirectory } from './project-directory.service.js';

const SHOWN = {
  received: 'Events of this run by project, whatever became of them.',
  stored: 'Events of this run that are in the database, by project.',
  refused: 'Events of this run that were not kept, by project.',
} as const;

/** Shows operators what comes from which project; the labels are the names that administrators gave. */
@Injectable()
export class ProjectSignals implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly tally: LedgerTally,
    private readonly directory: ProjectDirectory,
  ) {}

  onModuleInit(): void {
    for (const [state, help] of Object.entries(SHOWN)) {
      this.metrics.labelledGauge(`error_project_${state}`, help, 'project', () => this.by(state as keyof typeof SHOWN));
    }
  }

  private by(state: keyof typeof SHOWN): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [id, conservation] of this.tally.conservationByProject) {
      const name = this.directory.nameOf(id);
      // A project that was removed is no longer shown; its count is in the sum of all.
      if (name !== undefined) counts[name] = conservation[state];
    }
    return counts;
  }
}
