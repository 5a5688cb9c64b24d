import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#platform/database';
import type { Delivery, DeliveryLimits, DeliveryResult, OutboxRows } from '#platform/jobs';
import { type EncryptedColumn, EncryptedColumns } from '#platform/security';
import { MailEntity } from './mail.entity.js';

/** Sent and given-up mails are kept this long, without their text. */
const KEEP_DAYS = 7;

/** A mail that is due. */
export interface WaitingMail extends Delivery {
  readonly encryptedMessage: string;
  /** Whether it was so when it was claimed. */
  readonly isUseful: boolean;
}

const CLAIM = {
  name: 'mail_outbox_claim',
  text: `
    UPDATE mail_outbox SET attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $2)
    WHERE id IN (
      SELECT id FROM mail_outbox WHERE sent_at IS NULL AND failed_at IS NULL AND next_attempt_at <= now()
      ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
    RETURNING id, attempts, message, expires_at > now() AS is_useful`,
};

/** The text goes once there is no other attempt. */
const SETTLE = {
  name: 'mail_outbox_settle',
  text: `
    UPDATE mail_outbox SET
      last_error = $2,
      sent_at = CASE WHEN $2::text IS NULL THEN now() END,
      failed_at = CASE WHEN $2 IS NOT NULL AND $3::float8 IS NULL THEN now() END,
      message = CASE WHEN $3 IS NOT NULL THEN message END,
      next_attempt_at = coalesce(now() + make_interval(secs => $3), next_attempt_at)
    -- Another process may have settled it, if this one was slower than its lease.
    WHERE id = $1 AND sent_at IS NULL AND failed_at IS NULL`,
};

interface ClaimedRow extends Record<string, unknown> {
  id: string;
  attempts: number;
  message: string;
  is_useful: boolean;
}

/** Mails from the moment they are written until they are sent or given up. */
@Injectable()
export class MailOutbox implements OutboxRows<WaitingMail> {
  /** Messages carry secrets (reset links): they are encrypted at rest, and erased once sent. */
  readonly messages: EncryptedColumn;

  constructor(
    private readonly database: Database,
    columns: EncryptedColumns,
  ) {
    this.messages = columns.add(MailEntity, 'message');
  }

  async add(tx: Transaction, id: string, message: string, at: Date, expiresAt: Date): Promise<void> {
    await tx.execute(
      `INSERT INTO mail_outbox (id, message, created_at, expires_at, next_attempt_at) VALUES ($1, $2, $3, $4, $3)`,
      [id, this.messages.encrypt(message, id), at, expiresAt],
    );
  }

  /** All mails have one receiver: the server that takes them. */
  async claim({ inAll }: DeliveryLimits, leaseSeconds: number): Promise<WaitingMail[]> {
    const rows = await this.database.query<ClaimedRow>(CLAIM, [inAll, leaseSeconds]);
    return rows.map(({ id, attempts, message, is_useful: isUseful }) => ({
      id,
      receiver: 'server',
      attempts,
      encryptedMessage: message,
      isUseful,
    }));
  }

  async settle({ id }: WaitingMail, { error }: DeliveryResult, retryInSeconds: number | undefined): Promise<void> {
    await this.database.execute(SETTLE, [id, error ?? null, retryInSeconds ?? null]);
  }

  async removeOld(): Promise<void> {
    const sql = 'DELETE FROM mail_outbox WHERE created_at < now() - make_interval(days => $1)';
    await this.database.execute(sql, [KEEP_DAYS]);
  }
}
