import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '#platform/observability';
import { LedgerTallyService } from '../write-ahead/ledger-tally.service.js';
import { ProjectKeysService } from './project-keys.service.js';

/** Shows operators what comes from which project; the labels are the names that administrators gave. */
@Injectable()
export class ProjectMetricsService implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly tally: LedgerTallyService,
    private readonly keys: ProjectKeysService,
  ) {}

  onModuleInit(): void {
    this.metrics.labelledGauge(
      'error_project_received',
      'Events of this run by project, whatever became of them.',
      'project',
      () => this.by('received'),
    );
    this.metrics.labelledGauge(
      'error_project_stored',
      'Events of this run that are in the database, by project.',
      'project',
      () => this.by('stored'),
    );
    this.metrics.labelledGauge(
      'error_project_refused',
      'Events of this run that were not kept, by project.',
      'project',
      () => this.by('refused'),
    );
  }

  private by(state: 'received' | 'stored' | 'refused'): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [id, conservation] of this.tally.conservationByProject) {
      const name = this.keys.nameOf(id);
      // A project that was removed is no longer shown; its count is in the sum of all.
      if (name !== undefined) counts[name] = conservation[state];
    }
    return counts;
  }
}
