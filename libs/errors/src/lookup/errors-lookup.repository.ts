import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { Database } from '#platform/database';
import { AlertDeliveryEntity } from '../tables/alert-delivery.entity.js';
import { AlertEntity } from '../tables/alert.entity.js';
import { ErrorGroupEntity } from '../tables/error-group.entity.js';
import { OccurrenceEntity } from '../tables/occurrence.entity.js';
import { ProjectEntity } from '../tables/project.entity.js';
import { RunEntity } from '../tables/run.entity.js';

/** An occurrence in one line. */
export type OccurrenceLine = Pick<
  OccurrenceEntity,
  'id' | 'groupId' | 'occurredAt' | 'errorType' | 'errorMessage' | 'severity'
>;

/** A call of an alert, and whose it is. */
export type DeliveryLine = AlertDeliveryEntity & { readonly alert: AlertEntity };

const LINE = {
  id: true,
  groupId: true,
  occurredAt: true,
  errorType: true,
  errorMessage: true,
  severity: true,
} as const;

/** Things of the error ledger by nothing but an id. */
@Injectable()
export class ErrorsLookupRepository {
  constructor(private readonly database: Database) {}

  group(id: string): Promise<ErrorGroupEntity | null> {
    return this.database.repository(ErrorGroupEntity).findOneBy({ id });
  }

  occurrence(id: string): Promise<OccurrenceLine | null> {
    return this.database.repository(OccurrenceEntity).findOne({ select: LINE, where: { id } });
  }

  run(id: string): Promise<RunEntity | null> {
    return this.database.repository(RunEntity).findOneBy({ id });
  }

  project(id: number): Promise<ProjectEntity | null> {
    return this.database.repository(ProjectEntity).findOneBy({ id, deletedAt: IsNull() });
  }

  /** In order of time. */
  occurrencesOf(correlationId: string, limit: number): Promise<OccurrenceLine[]> {
    const order = { occurredAt: 'ASC', id: 'ASC' } as const;
    return this.database
      .repository(OccurrenceEntity)
      .find({ select: LINE, where: { correlationId }, order, take: limit });
  }

  /** In the order they were noted. */
  deliveriesOf(correlationId: string, limit: number): Promise<DeliveryLine[]> {
    return this.database
      .repository(AlertDeliveryEntity)
      .createQueryBuilder('d')
      .innerJoinAndMapOne('d.alert', AlertEntity, 'a', 'a.id = d.alertId')
      .where({ correlationId })
      .orderBy('d.id')
      .limit(limit)
      .getMany() as Promise<DeliveryLine[]>;
  }
}
