import { Injectable } from '@nestjs/common';
import { Clock, type Severity } from '#platform/kernel';
import type { GroupStatus } from '../grouping/group-status.js';
import type { ErrorGroup } from '../groups/error-group.js';
import { ErrorGroupRepository } from '../groups/error-group.repository.js';
import { type OccurrencePlace, OccurrenceRepository } from '../occurrences/occurrence.repository.js';
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

/** Which of the groups seen last. */
export interface RecentGroupFilter {
  readonly severities?: readonly Severity[] | undefined;
  readonly status?: GroupStatus | undefined;
  readonly since?: Date | undefined;
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
    private readonly occurrences: OccurrenceRepository,
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

  /** The groups seen last: before an instant, or at it behind one of them. */
  async recentGroups(
    limit: number,
    { severities, status, since }: RecentGroupFilter = {},
    at?: Date,
    afterId: string = LOWEST_ID,
  ): Promise<ErrorGroupSummary[]> {
    const after = at && ([at.toISOString(), afterId] as const);
    const lists = await Promise.all(
      (severities ?? [undefined]).map((severity) =>
        this.groups.list({ severity, status, since }, 'lastSeen', limit, after),
      ),
    );
    return lists
      .flat()
      .sort((a, b) => b.lastSeen.getTime() - a.lastSeen.getTime() || (a.id < b.id ? 1 : -1))
      .slice(0, limit)
      .map(inShort);
  }

  /** Where the latest occurrence of each group is written down, of those that have one left. */
  latestPlaces(groupIds: readonly string[]): Promise<Map<string, OccurrencePlace>> {
    return this.occurrences.latestPlaces(groupIds);
  }

  /** Groups as they are now, by their ids; those that were merged into another are left out. */
  async groupsById(ids: readonly string[]): Promise<Map<string, ErrorGroupSummary>> {
    const shown = await this.groups.findShown(ids);
    return new Map([...shown].map(([id, group]) => [id, inShort(group)]));
  }

  /** Occurrences a minute, over the last five. */
  async errorsPerMinute(): Promise<number> {
    const since = new Date(this.clock.millis() - MINUTES * 60_000);
    return (await this.statistics.receivedSince(since)) / MINUTES;
  }
}

function inShort({ id, title, severity, status, count, lastSeen }: ErrorGroup): ErrorGroupSummary {
  return { id, title, severity, status, count, lastSeen };
}
