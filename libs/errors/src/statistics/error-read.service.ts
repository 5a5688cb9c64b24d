import { Injectable } from '@nestjs/common';
import { Clock, type Severity } from '#platform/kernel';
import type { GroupStatus } from '../grouping/group-status.js';
import { ErrorGroupRepository } from '../groups/error-group.repository.js';
import { ErrorStatisticsRepository } from './error-statistics.repository.js';

/** A group in one line. */
export interface ErrorGroupSummary {
  id: string;
  title: string;
  severity: Severity;
  status: GroupStatus;
  /** Occurrences, ever. */
  count: number;
  lastSeen: Date;
}

/** Sorts before every id, so that only the time counts. */
const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

const DAY_MS = 86_400_000;
const MINUTES = 5;

/** What other modules show of the ledger. */
@Injectable()
export class ErrorReadService {
  constructor(
    private readonly groups: ErrorGroupRepository,
    private readonly statistics: ErrorStatisticsRepository,
    private readonly clock: Clock,
  ) {}

  /** Groups somebody should look at: open, and regressed ones too. */
  async openGroups(): Promise<number> {
    const { open, regressed } = await this.groups.countByStatus();
    return open + regressed;
  }

  /** Groups first seen since midnight UTC. */
  newToday(): Promise<number> {
    const now = this.clock.millis();
    return this.groups.countFirstSeenSince(new Date(now - (now % DAY_MS)));
  }

  /** Groups that were resolved and came back. */
  async regressed(): Promise<number> {
    return (await this.groups.countByStatus()).regressed;
  }

  /** The groups seen last, whatever their status, optionally those last seen before an instant; of the same instant those behind an id. */
  async recentGroups(limit: number, before?: Date, afterId: string = LOWEST_ID): Promise<ErrorGroupSummary[]> {
    const after = before && ([before.toISOString(), afterId] as const);
    const groups = await this.groups.list({}, 'lastSeen', limit, after);
    return groups.map(({ id, title, severity, status, count, lastSeen }) => ({
      id,
      title,
      severity,
      status,
      count,
      lastSeen,
    }));
  }

  /** Occurrences a minute, over the last five. */
  async errorsPerMinute(): Promise<number> {
    const since = new Date(this.clock.millis() - MINUTES * 60_000);
    return (await this.statistics.receivedSince(since)) / MINUTES;
  }
}
