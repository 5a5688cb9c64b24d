import { Injectable } from '@nestjs/common';
import { ErrorGroupEntity } from '../tables/error-group.entity.js';
import { OccurrenceEntity } from '../tables/occurrence.entity.js';
import { OccurrenceRepository, type RecordedOccurrence, recordedAs } from './occurrence.repository.js';

/** What is read does not grow with the occurrences of the groups, but with their number. Bench: `occurrences of a merged group`. */
@Injectable()
export class PostgresOccurrenceRepository extends OccurrenceRepository {
  override async listOfGroup(
    groupId: string,
    limit: number,
    after: readonly [time: string, id: string] | undefined,
    correlationId?: string,
  ): Promise<RecordedOccurrence[]> {
    if (correlationId !== undefined) return super.listOfGroup(groupId, limit, after, correlationId);
    const [shown, occurrences] = await Promise.all([
      this.database.repository(ErrorGroupEntity).findOneBy({ id: groupId }),
      this.database.queryEntities(
        OccurrenceEntity,
        `SELECT o.* FROM error_group g
         CROSS JOIN LATERAL (
           SELECT * FROM error_occurrence o
           WHERE o.group_id = g.id ${after ? 'AND (o.occurred_at, o.id) < ($3::timestamptz, $4::uuid)' : ''}
           ORDER BY o.occurred_at DESC, o.id DESC LIMIT $2
         ) o
         WHERE g.id = $1 OR g.merged_into = $1
         ORDER BY o.occurred_at DESC, o.id DESC LIMIT $2`,
        [groupId, limit, ...(after ?? [])],
      ),
    ]);
    return shown ? occurrences.map((occurrence) => recordedAs(occurrence, shown)) : [];
  }
}
