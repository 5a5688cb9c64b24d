import { Injectable } from '@nestjs/common';
import { Clock } from '#platform/kernel';
import type { Conservation } from '../write-ahead/conservation.js';
import type { ErrorGroup } from '../groups/error-group.js';
import { ErrorGroupRepository } from '../groups/error-group.repository.js';
import { ErrorStatisticsRepository } from './error-statistics.repository.js';
import { ConservationService, type ProjectConservation } from './conservation.service.js';

/** How errors went over a span of hours. */
export interface ErrorStatistics {
  /** Occurrences in the span. */
  total: number;
  /** Groups that are resolved now. */
  resolved: number;
  /** Groups first seen since midnight UTC. */
  newToday: number;
  bySeverity: Record<string, number>;
  byCategory: Record<string, number>;
  byService: Record<string, number>;
  series: { hour: Date; count: number }[];
  topGroups: { group: ErrorGroup; count: number }[];
  conservation: Conservation;
  projects: ProjectConservation[];
}

const HOUR_MS = 3_600_000;
const TOP_GROUPS = 10;

/** Adds up the ledger. */
@Injectable()
export class ErrorStatisticsService {
  constructor(
    private readonly statistics: ErrorStatisticsRepository,
    private readonly groups: ErrorGroupRepository,
    private readonly conservation: ConservationService,
    private readonly clock: Clock,
  ) {}

  /** @param hours full hours up to and including the current one */
  async over(hours: number): Promise<ErrorStatistics> {
    const now = this.clock.millis();
    const first = (Math.floor(now / HOUR_MS) - hours + 1) * HOUR_MS;
    const [counts, byStatus, newToday, conservation, projects] = await Promise.all([
      this.statistics.countsSince(new Date(first), new Date(now + HOUR_MS), TOP_GROUPS),
      this.groups.countByStatus(),
      this.groups.countFirstSeenSince(new Date(now - (now % (24 * HOUR_MS)))),
      this.conservation.conservation(),
      this.conservation.byProject(),
    ]);
    const top = await this.groups.findShown(counts.topGroups.map(({ id }) => id));
    const perHour = new Map(counts.series.map(({ hour, count }) => [hour.getTime(), count]));
    return {
      ...counts,
      total: counts.series.reduce((sum, { count }) => sum + count, 0),
      resolved: byStatus.resolved,
      newToday,
      series: Array.from({ length: hours }, (_, index) => {
        const hour = first + index * HOUR_MS;
        return { hour: new Date(hour), count: perHour.get(hour) ?? 0 };
      }),
      topGroups: counts.topGroups.flatMap(({ id, count }) => {
        const group = top.get(id);
        return group ? [{ group, count }] : [];
      }),
      conservation,
      projects,
    };
  }
}
