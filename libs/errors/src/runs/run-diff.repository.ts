import { Injectable } from '@nestjs/common';
import { Database } from '#platform/database';
import type { Severity } from '#platform/kernel';
import { ErrorGroupEntity } from '../tables/error-group.entity.js';
import { OccurrenceEntity } from '../tables/occurrence.entity.js';

/** A group and how often it was seen in two runs. */
export interface GroupInRuns {
  id: string;
  title: string;
  culprit: string;
  severity: Severity;
  service: string;
  firstSeen: Date;
  /** When it last came back after it had been resolved. */
  regressedAt: Date | null;
  before: number;
  after: number;
}

/** Questions about two runs. */
@Injectable()
export class RunDiffRepository {
  constructor(private readonly database: Database) {}

  /** Groups seen in either run, the most frequent first; by the occurrences that are still kept. */
  async groupsOf(earlier: string, later: string): Promise<GroupInRuns[]> {
    const { entities, raw } = await this.database
      .repository(ErrorGroupEntity)
      .createQueryBuilder('v')
      .innerJoin(
        (seen) =>
          seen
            .select('COALESCE(g.mergedInto, g.id)', 'group_id')
            .addSelect('SUM(CASE WHEN o.runId = :earlier THEN 1 ELSE 0 END)', 'in_earlier')
            .addSelect('SUM(CASE WHEN o.runId = :later THEN 1 ELSE 0 END)', 'in_later')
            .from(OccurrenceEntity, 'o')
            .innerJoin(ErrorGroupEntity, 'g', 'g.id = o.groupId')
            .where('o.runId IN (:earlier, :later)')
            .groupBy('COALESCE(g.mergedInto, g.id)'),
        'seen',
        'seen.group_id = v.id',
      )
      .addSelect('seen.in_earlier', 'in_earlier')
      .addSelect('seen.in_later', 'in_later')
      .setParameters({ earlier, later })
      .orderBy(this.database.dialect.greatest('seen.in_earlier', 'seen.in_later'), 'DESC')
      .addOrderBy('v.id')
      .getRawAndEntities<{ in_earlier: string; in_later: string }>();
    return entities.map(({ id, title, culprit, severity, service, firstSeen, regressedAt }, index) => ({
      id,
      title,
      culprit,
      severity,
      service,
      firstSeen,
      regressedAt,
      before: Number(raw[index]?.in_earlier),
      after: Number(raw[index]?.in_later),
    }));
  }
}
