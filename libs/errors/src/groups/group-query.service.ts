import { Injectable } from '@nestjs/common';
import { ErrorGroupNotFoundException, OccurrenceNotFoundException } from '../occurrences/errors.exceptions.js';
import type { ErrorGroup, GroupFilter, GroupSort } from './error-group.js';
import { ErrorGroupRepository } from './error-group.repository.js';
import { OccurrenceRepository, type RecordedOccurrence } from '../occurrences/occurrence.repository.js';

export type { RecordedOccurrence } from '../occurrences/occurrence.repository.js';

/** Finds groups and the occurrences behind them. */
@Injectable()
export class GroupQueryService {
  constructor(
    private readonly groups: ErrorGroupRepository,
    private readonly occurrences: OccurrenceRepository,
  ) {}

  list(
    filter: GroupFilter,
    sort: GroupSort,
    limit: number,
    after: readonly [string | number, string] | undefined,
  ): Promise<ErrorGroup[]> {
    return this.groups.list(filter, sort, limit, after);
  }

  /** A group; for one that was merged, the group it is in now. @throws ErrorGroupNotFoundException */
  async get(id: string): Promise<ErrorGroup> {
    const group = await this.groups.find(id);
    if (!group) throw new ErrorGroupNotFoundException();
    return group;
  }

  /** @throws ErrorGroupNotFoundException */
  async occurrencesOf(
    groupId: string,
    limit: number,
    after: readonly [string, string] | undefined,
    correlationId?: string,
  ): Promise<RecordedOccurrence[]> {
    const { id } = await this.get(groupId);
    return this.occurrences.listOfGroup(id, limit, after, correlationId);
  }

  /** @throws OccurrenceNotFoundException */
  async occurrence(errorId: string): Promise<RecordedOccurrence> {
    const occurrence = await this.occurrences.find(errorId);
    if (!occurrence) throw new OccurrenceNotFoundException();
    return occurrence;
  }
}
