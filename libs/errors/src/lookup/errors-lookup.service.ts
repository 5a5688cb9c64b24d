import { Injectable } from '@nestjs/common';
import { cutText, includesRole, isUuid, MAX_TRACED, type Named, type Role, type Traced } from '#platform/kernel';
import { eventIdOf } from '../occurrences/event-id.js';
import { type DeliveryLine, ErrorsLookupRepository, type OccurrenceLine } from './errors-lookup.repository.js';

/** Longest title, in characters. */
const TITLE_LENGTH = 200;

/** Ids of projects are whole numbers of 32 bits. */
const PROJECT_ID = /^[1-9]\d{0,8}$/;

/** Finds failures for whoever knows nothing of them but an id. */
@Injectable()
export class ErrorsLookupService {
  constructor(private readonly things: ErrorsLookupRepository) {}

  /** Whatever has this id, as far as the caller may see it. */
  async byId(id: string, { role }: { role: Role }): Promise<Named[]> {
    const uuid = eventIdOf(id) ?? id;
    if (isUuid(uuid)) {
      const [group, occurrence] = await Promise.all([this.things.group(uuid), this.things.occurrence(uuid)]);
      return [
        ...(group ? [{ kind: 'group', id: group.id, title: group.title }] : []),
        ...(occurrence ? [named(occurrence)] : []),
      ];
    }
    if (PROJECT_ID.test(id) && includesRole(role, 'ADMIN')) {
      const project = await this.things.project(Number(id));
      return project ? [{ kind: 'project', id, title: project.name }] : [];
    }
    const run = includesRole(role, 'DEVELOPER') ? await this.things.run(id) : null;
    return run ? [{ kind: 'run', id, title: `Run of ${run.service} ${run.release}` }] : [];
  }

  /** What a unit of work reported, and for an ADMIN whom alerts told of it; in order of time, kind by kind. */
  async byCorrelation(correlationId: string, { role }: { role: Role }): Promise<Traced[]> {
    const [occurrences, deliveries] = await Promise.all([
      this.things.occurrencesOf(correlationId, MAX_TRACED),
      includesRole(role, 'ADMIN') ? this.things.deliveriesOf(correlationId, MAX_TRACED) : [],
    ]);
    return [
      ...occurrences.map((occurrence) => ({
        ...named(occurrence),
        at: occurrence.occurredAt,
        severity: severityOf(occurrence),
        subject: { kind: 'group', id: occurrence.groupId },
      })),
      ...deliveries.map(tracedDelivery),
    ];
  }
}

function named({ id, errorType, errorMessage }: OccurrenceLine): Named {
  return { kind: 'occurrence', id, title: cutText(`${errorType}: ${errorMessage}`, TITLE_LENGTH) };
}

function severityOf({ severity }: OccurrenceLine): Traced['severity'] {
  if (severity === 'critical' || severity === 'high') return 'error';
  return severity === 'medium' ? 'warning' : 'info';
}

function tracedDelivery({ id, alert, groupId, createdAt, deliveredAt, nextAttemptAt }: DeliveryLine): Traced {
  const state = deliveredAt ? 'delivered' : nextAttemptAt ? 'waits' : 'given up';
  return {
    kind: 'delivery',
    id: String(id),
    title: `Call of the alert “${alert.name}”: ${state}`,
    at: createdAt,
    severity: state === 'given up' ? 'error' : 'info',
    subject: { kind: 'group', id: groupId },
  };
}
