import { Injectable } from '@nestjs/common';
import { FairTurns } from '#platform/kernel';
import { RateLimitStorage } from '#platform/security';
import {
  EventTooLargeException,
  MalformedEnvelopeException,
  ProjectRateExceededException,
} from '../occurrences/errors.exceptions.js';
import { JSON_BOUNDS } from '../occurrences/limits.js';
import type { Occurrence } from '../occurrences/occurrence.js';
import type { PressureStage } from '../ledger/pressure.js';
import { type Envelope, headerIn, jsonIn, keysIn, MAX_HEADER_BYTES, parseEnvelope } from './sentry-envelope.js';
import { eventIdOf } from '../occurrences/event-id.js';
import { readSentryEvent } from './sentry-event.js';
import { inPresentNames } from './sentry-names.js';
import type { Project } from '../projects/project.repository.js';
import { LedgerIntakeService } from '../ledger/ledger-intake.service.js';
import { OccurrenceDraftService } from '../ledger/occurrence-draft.service.js';
import { ProjectKeysService } from '../projects/project-keys.service.js';
import { ProjectItemCountsService } from '../projects/project-item-counts.service.js';

/** Largest event, as Sentry's own Relay has it. */
const MAX_EVENT_BYTES = 1024 * 1024;

const MINUTE_MS = 60_000;

/** What a request of the protocol is: an envelope, or one event alone as SDKs sent it before envelopes. */
export type ArrivedForm = 'envelope' | 'event';

const PARSERS: Readonly<Record<ArrivedForm, (bytes: Buffer) => Envelope>> = {
  envelope: parseEnvelope,
  event: (payload) => ({ header: {}, items: [{ type: 'event', payload }] }),
};

/** An envelope as it arrives. */
export interface ArrivedEnvelope {
  form: ArrivedForm;
  projectId: string;
  /** Keys that came with the request; the envelope may hold one too. */
  keys: readonly string[];
  /** The beginning of the body. */
  head: (atMost: number) => Promise<Buffer>;
  /** @throws when the bytes are not what their encoding says */
  read: () => Promise<Buffer>;
}

/** The door of the Sentry protocol: events are recorded, all other items counted. */
@Injectable()
export class EnvelopeIntakeService {
  constructor(
    private readonly keys: ProjectKeysService,
    private readonly drafts: OccurrenceDraftService,
    private readonly intake: LedgerIntakeService,
    private readonly items: ProjectItemCountsService,
    private readonly limits: RateLimitStorage,
  ) {}

  /**
   * Records the events of an envelope; resolves when they are on disk, with the id of the first.
   *
   * @throws UnknownDsnKeyException
   * @throws MalformedEnvelopeException when it cannot be read, or none of its events can
   * @throws ProjectRateExceededException beyond the project's limit; LedgerFullException, LedgerSheddingException, LedgerUnwritableException as for every report
   */
  async accept({ form, projectId, keys, head, read }: ArrivedEnvelope): Promise<string | undefined> {
    // Without a key beside the envelope it must be in its first line: who knows none costs no more than that.
    const isInside = keys.length === 0 && form === 'envelope';
    const shown = isInside ? keysIn(headerIn(await head(MAX_HEADER_BYTES))) : keys;
    const project = await this.keys.authenticate(projectId, shown);
    let envelope;
    try {
      envelope = PARSERS[form](await read());
    } catch (error) {
      this.intake.refuse(1, project.id);
      throw error;
    }
    await this.keys.authenticate(projectId, [...shown, ...keysIn(envelope.header)]);
    return this.record(project, envelope);
  }

  /** How full the ledger's share of the disk is. */
  get stage(): PressureStage {
    return this.intake.stage;
  }

  private async record(project: Project, { header, items }: Envelope): Promise<string | undefined> {
    const sentAt = typeof header['sent_at'] === 'string' ? new Date(header['sent_at']) : undefined;
    await this.charge(project, items.filter(({ type }) => type === 'event').length);
    const events: Occurrence[] = [];
    const turns = new FairTurns();
    let refusal: Error | undefined;
    for (const { type, payload } of items) {
      await turns.pause();
      if (type === 'client_report') this.countLosses(project, jsonIn(payload, JSON_BOUNDS));
      if (type !== 'event') {
        this.items.add(project.id, { kind: 'item', category: type, reason: '', quantity: 1 });
        continue;
      }
      try {
        const id = events.length === 0 ? eventIdOf(header['event_id']) : undefined;
        events.push(this.readEvent(project, payload, id, sentAt));
      } catch (error) {
        this.intake.refuse(1, project.id);
        refusal = error as Error;
      }
    }
    if (refusal && events.length === 0) throw refusal;
    if (events.length > 0) await this.intake.accept(events);
    this.items.add(project.id, { kind: 'item', category: 'event', reason: '', quantity: events.length });
    return events[0]?.errorId ?? eventIdOf(header['event_id']);
  }

  private readEvent(project: Project, payload: Buffer, id: string | undefined, sentAt: Date | undefined): Occurrence {
    if (payload.length > MAX_EVENT_BYTES) throw new EventTooLargeException();
    const event = jsonIn(payload, JSON_BOUNDS);
    if (typeof event !== 'object' || event === null || Array.isArray(event)) {
      throw new MalformedEnvelopeException('An event is no JSON object');
    }
    const fields = event as Record<string, unknown>;
    return this.drafts.complete({
      ...readSentryEvent(inPresentNames(fields)),
      sentAt,
      errorId: id ?? eventIdOf(fields['event_id']),
      service: project.name,
      projectId: project.id,
    });
  }

  private async charge({ id, rateLimitPerMinute }: Project, events: number): Promise<void> {
    if (rateLimitPerMinute === null) return;
    let overdrawn = 0;
    for (let event = 0; event < events; event++) {
      const record = await this.limits.increment(`errors:project:${id}`, MINUTE_MS, rateLimitPerMinute);
      if (record.isBlocked) overdrawn = record.timeToExpire;
    }
    if (overdrawn === 0) return;
    this.intake.refuse(events, id);
    throw new ProjectRateExceededException(undefined, { retryAfterSeconds: overdrawn });
  }

  private countLosses(project: Project, report: unknown): void {
    const { discarded_events: discarded } = (report ?? {}) as { discarded_events?: unknown };
    if (!Array.isArray(discarded)) return;
    for (const entry of discarded.slice(0, 100) as unknown[]) {
      const { category, reason, quantity } = (entry ?? {}) as Record<string, unknown>;
      if (typeof category !== 'string' || typeof reason !== 'string') continue;
      if (typeof quantity !== 'number' || !Number.isSafeInteger(quantity) || quantity <= 0 || quantity > 1e9) continue;
      this.items.add(project.id, { kind: 'lost', category, reason, quantity });
    }
  }
}
