import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '#platform/database';
import { RepeatedWork, ScheduledJobs } from '#platform/jobs';
import { AppLogger, Metrics } from '#platform/observability';
import { type EncryptedColumn, EncryptedColumns } from '#platform/security';
import { MailTransport } from './mail-transport.js';
import { MailEntity } from './mail.entity.js';

/** How often mails are looked for that failed before, or that another process left. */
const EVERY_MS = 15_000;

/** Mails one claim takes. */
const AT_ONCE = 10;

/** Claimed mails are left alone this long by others; longer than a transport may take. */
const LEASE_SECONDS = 60;

/** Sent and given-up mails are kept this long, without their text. */
const KEEP_DAYS = 7;

const CLAIM = {
  name: 'mail_outbox_claim',
  text: `
    UPDATE mail_outbox SET attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $2)
    WHERE id IN (
      SELECT id FROM mail_outbox WHERE sent_at IS NULL AND failed_at IS NULL AND next_attempt_at <= now()
      ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
    RETURNING id, message, expires_at > now() AS is_useful`,
};

/** Backs off from fifteen seconds to an hour. */
const POSTPONE = `
  UPDATE mail_outbox SET last_error = $2,
    next_attempt_at = now() + make_interval(secs => least(15 * 2 ^ (attempts - 1), 3600))
  WHERE id = $1`;

interface ClaimedRow extends Record<string, unknown> {
  id: string;
  message: string;
  is_useful: boolean;
}

/** Delivers the outbox: each mail at least once, retried until the message is of no use any more. */
@Injectable()
export class MailDelivery implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly passes = new RepeatedWork(
    EVERY_MS,
    () => this.pass(),
    (error) => this.logger.warn(`Mails wait: ${String(error)}`, 'Mail'),
  );
  private readonly outcomes;
  /** Messages carry secrets (reset links). */
  readonly messages: EncryptedColumn;

  constructor(
    private readonly database: Database,
    private readonly transport: MailTransport,
    private readonly jobs: ScheduledJobs,
    private readonly logger: AppLogger,
    columns: EncryptedColumns,
    metrics: Metrics,
  ) {
    this.messages = columns.add(MailEntity, 'message');
    this.outcomes = metrics.counter('mails_total', 'Mails by what became of an attempt to send them.', ['outcome']);
  }

  onApplicationBootstrap(): void {
    this.passes.start();
    this.jobs.register({
      name: 'mail.delete-old',
      everySeconds: 3600,
      run: async () => {
        const sql = 'DELETE FROM mail_outbox WHERE created_at < now() - make_interval(days => $1)';
        await this.database.execute(sql, [KEEP_DAYS]);
      },
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.passes.stop();
  }

  /** Delivers in the background what is due. */
  start(): void {
    this.passes.wake();
  }

  private async pass(): Promise<void> {
    while (!this.passes.isStopped) {
      const claimed = await this.database.query<ClaimedRow>(CLAIM, [AT_ONCE, LEASE_SECONDS]);
      for (const row of claimed) await this.deliver(row);
      if (claimed.length < AT_ONCE) return;
    }
  }

  private async deliver({ id, message, is_useful: isUseful }: ClaimedRow): Promise<void> {
    if (!isUseful) {
      await this.database.execute('UPDATE mail_outbox SET failed_at = now(), message = NULL WHERE id = $1', [id]);
      this.outcomes.labels('expired').inc();
      return;
    }
    try {
      const text = this.messages.decrypt(message, id).toString();
      await this.transport.send(JSON.parse(text) as { to: string; subject: string; text: string });
      await this.database.execute('UPDATE mail_outbox SET sent_at = now(), message = NULL WHERE id = $1', [id]);
      this.outcomes.labels('sent').inc();
    } catch (error) {
      await this.database.execute(POSTPONE, [id, error instanceof Error ? error.message : String(error)]);
      this.outcomes.labels('postponed').inc();
    }
  }
}
