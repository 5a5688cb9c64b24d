import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { RepeatedWork } from '#platform/jobs';
import { Metrics } from '#platform/observability';
import { type ItemCount, ProjectRepository } from './project.repository.js';
import { SelfLogService } from '../write-ahead/self-log.service.js';

const PAUSE_MS = 500;

/** Kinds and reasons that one flush holds; senders choose the words. */
const MAX_KEYS = 1_000;

/** Words of the protocol; anything else has no business in a count. */
const WORD = /^[a-z][a-z_]{0,40}$/;

/** Counts the items of envelopes and what senders say that they dropped; written at intervals, tried again on failure. */
@Injectable()
export class ProjectItemCountsService implements OnApplicationBootstrap, OnApplicationShutdown {
  private pending = new Map<string, ItemCount & { projectId: number }>();
  private readonly writes = new RepeatedWork(
    PAUSE_MS,
    () => this.write(),
    (error) => this.selfLog.write('project items', error),
  );
  private readonly lost;

  constructor(
    private readonly projects: ProjectRepository,
    private readonly selfLog: SelfLogService,
    metrics: Metrics,
  ) {
    this.lost = metrics.counter('error_sender_lost_total', 'Events that senders dropped by their own account.');
  }

  add(projectId: number, count: ItemCount): void {
    if (count.kind === 'lost') this.lost.inc(count.quantity);
    const [category = '', reason = ''] = [count.category, count.reason].map((word) =>
      word === '' || WORD.test(word) ? word : 'other',
    );
    this.merge({ projectId, kind: count.kind, category, reason, quantity: count.quantity });
  }

  onApplicationBootstrap(): void {
    this.writes.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.writes.wake();
    await this.writes.stop();
  }

  private async write(): Promise<void> {
    const counts = [...this.pending.values()];
    this.pending = new Map();
    try {
      if (counts.length > 0) await this.projects.addItems(counts);
    } catch (error) {
      for (const count of counts) this.merge(count);
      throw error;
    }
  }

  private merge(count: ItemCount & { projectId: number }): void {
    const id = [count.projectId, count.kind, count.category, count.reason].join('\0');
    const found = this.pending.get(id);
    if (found) found.quantity += count.quantity;
    else if (this.pending.size < MAX_KEYS) this.pending.set(id, count);
  }
}
