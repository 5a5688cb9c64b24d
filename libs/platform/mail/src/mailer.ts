import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { type DeliveryResult, Outbox, ScheduledJobs } from '#platform/jobs';
import { Clock, currentContext, Ids } from '#platform/kernel';
import { AppLogger, Metrics } from '#platform/observability';
import type { MailEntity } from './mail.entity.js';
import { MailOutboxRepository, type WaitingMail } from './mail-outbox.repository.js';
import { MailTransport } from './mail-transport.js';

/** A message in plain text. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  /** When the message becomes useless and is given up on. */
  expiresAt: Date;
}

/** What became of a mail. */
export type MailDelivery = Pick<MailEntity, 'id' | 'createdAt' | 'sentAt' | 'failedAt' | 'attempts'>;

/** How often mails are looked for that failed before, or that another process left. */
const EVERY_MS = 15_000;

/** Mails on their way to the server at the same time. */
const LIMITS = { inAll: 4, ofOne: 4 } as const;

const FIRST_RETRY_SECONDS = 15;
const LONGEST_RETRY_SECONDS = 3_600;

/**
 * Writes mails into the outbox, in the transaction of what they are about: neither exists without the other. Sends them afterwards,
 * again after a failure until they are of no use any more.
 */
@Injectable()
export class Mailer implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly outbox: Outbox<WaitingMail>;

  constructor(
    private readonly mails: MailOutboxRepository,
    private readonly transport: MailTransport,
    private readonly jobs: ScheduledJobs,
    private readonly clock: Clock,
    private readonly ids: Ids,
    logger: AppLogger,
    metrics: Metrics,
  ) {
    this.outbox = new Outbox(mails, {
      everyMs: EVERY_MS,
      limits: LIMITS,
      deliver: (mail) => this.deliver(mail),
      retryAfterSeconds: ({ isUseful, attempts }) =>
        isUseful ? Math.min(FIRST_RETRY_SECONDS * 2 ** (attempts - 1), LONGEST_RETRY_SECONDS) : undefined,
      outcomes: metrics.counter('mails_total', 'Mails by what became of an attempt to send them.', ['outcome']),
      onFailure: (error) => logger.warn(`Mails wait: ${String(error)}`, 'Mail'),
    });
  }

  onApplicationBootstrap(): void {
    this.outbox.start();
    this.jobs.register({ name: 'mail.delete-old', everySeconds: 3600, run: () => this.mails.removeOld() });
  }

  async onModuleDestroy(): Promise<void> {
    await this.outbox.stop();
  }

  async enqueue(tx: Transaction, { expiresAt, ...message }: Mail): Promise<void> {
    await this.mails.add(tx, {
      id: this.ids.next(),
      message: JSON.stringify(message),
      createdAt: this.clock.now(),
      expiresAt,
      correlationId: currentContext()?.correlationId ?? null,
    });
  }

  /** Starts delivering what is due. For callers whose transaction has committed; a look finds what is left. */
  deliverSoon(): void {
    this.outbox.wake();
  }

  /** What became of the mails that one request, task or job run wrote, in order of time; nothing of their text. */
  async deliveriesOf(correlationId: string, limit: number): Promise<MailDelivery[]> {
    const mails = await this.mails.listOfCorrelation(correlationId, limit);
    return mails.map(({ id, createdAt, sentAt, failedAt, attempts }) => ({
      id,
      createdAt,
      sentAt,
      failedAt,
      attempts,
    }));
  }

  private async deliver({ id, isUseful, encryptedMessage, correlationId }: WaitingMail): Promise<DeliveryResult> {
    if (!isUseful) return { error: 'it is of no use any more' };
    const text = this.mails.messages.decrypt(encryptedMessage, id).toString();
    const message = JSON.parse(text) as { to: string; subject: string; text: string };
    await this.transport.send({ ...message, correlationId });
    return {};
  }
}
