import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan, MoreThan, MoreThanOrEqual, Not, type SelectQueryBuilder } from 'typeorm';
import { Database, keyset } from '#platform/database';
import type { ErrorCategory, Severity } from '#platform/kernel';
import type { Occurrence, OccurrenceDetail } from './occurrence.js';
import { ErrorGroupEntity } from '../tables/error-group.entity.js';
import { OccurrenceEntity } from '../tables/occurrence.entity.js';
import { ProjectEntity } from '../tables/project.entity.js';

/** An occurrence as it is shown: with its group, its run, and what became of the group. */
export interface RecordedOccurrence extends Occurrence {
  groupId: string;
  runId: string;
  sequence: number;
  resolved: boolean;
  resolutionNotes: string | null;
}

/** What an export is narrowed by. */
export interface ExportFilter {
  severity?: Severity | undefined;
  category?: ErrorCategory | undefined;
  service?: string | undefined;
  release?: string | undefined;
  environment?: string | undefined;
  /** Accepted at or after. */
  since?: Date | undefined;
}

/** Where an occurrence is written down: the run's artifact has it under this number. */
export interface OccurrencePlace {
  readonly runId: string;
  readonly sequence: number;
  readonly correlationId: string | null;
}

/** What an occurrence is shown with of its group. */
type Shown = Pick<ErrorGroupEntity, 'id' | 'status' | 'notes'>;

const DAY_MS = 86_400_000;

/** Questions about occurrences. */
@Injectable()
export class OccurrenceRepository {
  constructor(protected readonly database: Database) {}

  async find(errorId: string): Promise<RecordedOccurrence | undefined> {
    const [found] = await this.recorded(this.select().where({ id: errorId }));
    return found;
  }

  /** Of each of these groups the place of its latest occurrence. */
  async latestPlaces(groupIds: readonly string[]): Promise<Map<string, OccurrencePlace>> {
    if (groupIds.length === 0) return new Map();
    const groups = this.database
      .repository(ErrorGroupEntity)
      .createQueryBuilder('g')
      .where({ id: In(groupIds) });
    const latest = groups
      .subQuery()
      .select('l.id')
      .from(OccurrenceEntity, 'l')
      .where('l.groupId = g.id')
      .orderBy('l.occurredAt', 'DESC')
      .addOrderBy('l.id', 'DESC')
      .limit(1);
    const rows = await groups
      .innerJoin(OccurrenceEntity, 'o', `o.id = ${latest.getQuery()}`)
      .select('g.id', 'id')
      .addSelect('o.runId', 'run_id')
      .addSelect('o.sequence', 'sequence')
      .addSelect('o.correlationId', 'correlation_id')
      .getRawMany<{ id: string; run_id: string; sequence: string; correlation_id: string | null }>();
    return new Map(
      rows.map(({ id, run_id: runId, sequence, correlation_id: correlationId }) => [
        id,
        { runId, sequence: Number(sequence), correlationId },
      ]),
    );
  }

  /** Newest first: the newest of the group, and of each that was merged into it. @param after time and id of the last one of the page before */
  listOfGroup(
    groupId: string,
    limit: number,
    after: readonly [time: string, id: string] | undefined,
    correlationId?: string,
  ): Promise<RecordedOccurrence[]> {
    const builder = this.select().where('(g.id = :groupId OR g.mergedInto = :groupId) AND v.id = :groupId', {
      groupId,
    });
    if (correlationId !== undefined) builder.andWhere({ correlationId });
    return this.recorded(keyset(builder, ['o.occurredAt', 'o.id'], 'DESC', after).limit(limit));
  }

  /**
   * Occurrences in the order they were accepted.
   *
   * @param until those accepted before
   * @param after when the last one of the chunk before was accepted, and its id
   */
  listAccepted(
    { since, severity, category, service, release, environment }: ExportFilter,
    until: Date,
    limit: number,
    after: readonly [time: string, id: string] | undefined,
  ): Promise<RecordedOccurrence[]> {
    const builder = this.select().where({ receivedAt: LessThan(until) });
    if (since !== undefined) builder.andWhere({ receivedAt: MoreThanOrEqual(since) });
    for (const [property, value] of Object.entries({ severity, category, service, release, environment })) {
      if (value !== undefined) builder.andWhere({ [property]: value });
    }
    return this.recorded(keyset(builder, ['o.receivedAt', 'o.id'], 'ASC', after).limit(limit));
  }

  /** Occurrences of a run in the order they were accepted. */
  listOfRun(runId: string, afterSequence: number, limit: number): Promise<RecordedOccurrence[]> {
    const builder = this.select().where({ runId, sequence: MoreThan(BigInt(afterSequence)) });
    return this.recorded(builder.orderBy('o.sequence').limit(limit));
  }

  /**
   * Removes a bounded number of occurrences past their retention; counts of groups and hours stay.
   *
   * @param now what `days` are counted back from
   * @param days retention where the project has none of its own
   */
  async removeExpired(now: Date, days: number, atMost: number): Promise<number> {
    const daysBefore = (count: number): Date => new Date(now.getTime() - count * DAY_MS);
    const own = await this.database.repository(ProjectEntity).findBy({ retentionDays: Not(IsNull()) });
    const ofOthers = this.expired(daysBefore(days));
    ofOthers.andWhere([{ projectId: IsNull() }, { projectId: Not(In(own.map(({ id }) => id))) }]);
    let removed = await this.removeOldest(ofOthers, atMost);
    for (const { id, retentionDays } of own) {
      if (removed >= atMost) break;
      const ofProject = this.expired(daysBefore(retentionDays ?? days)).andWhere({ projectId: id });
      removed += await this.removeOldest(ofProject, atMost);
    }
    return removed;
  }

  private expired(before: Date): SelectQueryBuilder<OccurrenceEntity> {
    const builder = this.database.repository(OccurrenceEntity).createQueryBuilder('o');
    return builder.select('o.id').where({ receivedAt: LessThan(before) });
  }

  private async removeOldest(builder: SelectQueryBuilder<OccurrenceEntity>, atMost: number): Promise<number> {
    const ids = (await builder.orderBy('o.receivedAt').limit(atMost).getMany()).map(({ id }) => id);
    if (ids.length === 0) return 0;
    return (await this.database.repository(OccurrenceEntity).delete({ id: In(ids) })).affected ?? 0;
  }

  private select(): SelectQueryBuilder<OccurrenceEntity> {
    return this.database
      .repository(OccurrenceEntity)
      .createQueryBuilder('o')
      .innerJoin(ErrorGroupEntity, 'g', 'g.id = o.groupId')
      .innerJoin(ErrorGroupEntity, 'v', 'v.id = COALESCE(g.mergedInto, g.id)')
      .addSelect('v.id', 'shown_id')
      .addSelect('v.status', 'shown_status')
      .addSelect('v.notes', 'shown_notes');
  }

  private async recorded(builder: SelectQueryBuilder<OccurrenceEntity>): Promise<RecordedOccurrence[]> {
    const { entities, raw } = await builder.getRawAndEntities<{
      shown_id: string;
      shown_status: Shown['status'];
      shown_notes: string | null;
    }>();
    return entities.map((occurrence, index) => {
      const { shown_id: id, shown_status: status, shown_notes: notes } = raw[index]!;
      return recordedAs(occurrence, { id, status, notes });
    });
  }
}

/** An occurrence as it is shown, with the group that it is shown in. */
export function recordedAs(occurrence: OccurrenceEntity, shown: Shown): RecordedOccurrence {
  const { id, occurredAt, receivedAt, sequence, projectId, detail, ...columns } = occurrence;
  const resolved = shown.status === 'resolved';
  return {
    ...(detail as OccurrenceDetail),
    ...columns,
    errorId: id,
    timestamp: occurredAt.toISOString(),
    receivedAt: receivedAt.toISOString(),
    projectId: projectId ?? undefined,
    groupId: shown.id,
    sequence: Number(sequence),
    resolved,
    resolutionNotes: resolved ? shown.notes : null,
  };
}
