import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Outbox, ScheduledJobs } from '#platform/jobs';
import { AppLogger, Metrics } from '#platform/observability';
import { MailOutbox, type WaitingMail } from './mail-outbox.js';
import { MailTransport } from './mail-transport.js';

/** How often mails are looked for that failed before, or that another process left. */
const EVERY_MS = 15_000;

/** Mails on their way to the server at the same time. */
const LIMITS = { inAll: 4, ofOne: 4 } as const;

const FIRST_RETRY_SECONDS = 15;
const LONGEST_RETRY_SECONDS = 3_600;

/** Sends mails, again after a failure until they are of no use any more. */
@Injectable()
export class MailDelivery implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly outbox: Outbox<WaitingMail>;

  constructor(
    private readonly mails: MailOutbox,
    private readonly transport: MailTransport,
    private readonly jobs: ScheduledJobs,
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

  /** Delivers in the background what is due. */
  start(): void {
    this.outbox.wake();
  }

  private async deliver({ id, isUseful, encryptedMessage }: WaitingMail): Promise<{ error?: string }> {
    if (!isUseful) return { error: 'it is of no use any more' };
    const text = this.mails.messages.decrypt(encryptedMessage, id).toString();
    await this.transport.send(JSON.parse(text) as { to: string; subject: string; text: string });
    return {};
  }
}
