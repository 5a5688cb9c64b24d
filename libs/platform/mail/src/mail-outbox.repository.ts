import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import { Database, type Transaction } from '#platform/database';
import type { Delivery, DeliveryLimits, DeliveryResult, OutboxRows } from '#platform/jobs';
import { type EncryptedColumn, EncryptedColumns } from '#platform/security';
import { MailEntity } from './mail.entity.js';

/** Sent and given-up mails are kept this long, without their text: 7 days. */
const KEEP_SECONDS = 7 * 86_400;

const UNSETTLED = { sentAt: IsNull(), failedAt: IsNull() };

/** A mail to be sent. */
export type NewMail = Pick<MailEntity, 'id' | 'createdAt' | 'expiresAt' | 'correlationId'> & {
  readonly message: string;
};

/** A mail that is due. */
export interface WaitingMail extends Delivery {
  readonly encryptedMessage: string;
  readonly correlationId: string | null;
  /** Whether it was so when it was claimed. */
  readonly isUseful: boolean;
}

/** Mails from the moment they are written until they are sent or given up. */
@Injectable()
export class MailOutboxRepository implements OutboxRows<WaitingMail> {
  /** Messages carry secrets (reset links): they are encrypted at rest, and erased once sent. */
  readonly messages: EncryptedColumn;

  constructor(
    private readonly database: Database,
    columns: EncryptedColumns,
  ) {
    this.messages = columns.add(MailEntity, 'message');
  }

  async add(tx: Transaction, { message, createdAt, ...mail }: NewMail): Promise<void> {
    const encrypted = this.messages.encrypt(message, mail.id);
    await tx.insertMany(MailEntity, [{ ...mail, message: encrypted, createdAt, nextAttemptAt: createdAt }]);
  }

  /** What one request, task or job run wrote, in order of time. */
  listOfCorrelation(correlationId: string, limit: number): Promise<MailEntity[]> {
    const order = { createdAt: 'ASC', id: 'ASC' } as const;
    return this.database.repository(MailEntity).find({ where: { correlationId }, order, take: limit });
  }

  /** All mails have one receiver: the server that takes them. */
  claim({ inAll }: DeliveryLimits, leaseSeconds: number): Promise<WaitingMail[]> {
    const { now, plus, past } = this.database.dialect;
    return this.database.transaction(async (tx) => {
      const mails = tx.repository(MailEntity);
      const due = mails.createQueryBuilder('m').where({ ...UNSETTLED, nextAttemptAt: past() });
      const rows = await tx.lockMany(due.orderBy('m.nextAttemptAt').limit(inAll), true);
      if (rows.length === 0) return [];
      const next = { attempts: () => 'attempts + 1', nextAttemptAt: () => plus(now, String(leaseSeconds)) };
      await mails.update({ id: In(rows.map(({ id }) => id)) }, next);
      const useful = await mails.findBy({ id: In(rows.map(({ id }) => id)), expiresAt: this.database.dialect.ahead() });
      return rows.map(({ id, attempts, message, correlationId }) => ({
        id,
        receiver: 'server',
        attempts: attempts + 1,
        // Only mails that are settled have none.
        encryptedMessage: message ?? '',
        correlationId,
        isUseful: useful.some((mail) => mail.id === id),
      }));
    });
  }

  /** Its text goes once there is no other attempt. */
  async settle({ id }: WaitingMail, { error }: DeliveryResult, retryInSeconds: number | undefined): Promise<void> {
    const { now, plus } = this.database.dialect;
    const settled = { lastError: error ?? null, message: null };
    const change =
      error === undefined
        ? { ...settled, sentAt: () => now }
        : retryInSeconds === undefined
          ? { ...settled, failedAt: () => now }
          : { lastError: error, nextAttemptAt: () => plus(now, String(retryInSeconds)) };
    // Another process may have settled it, if this one was slower than its lease.
    await this.database.repository(MailEntity).update({ id, ...UNSETTLED }, change);
  }

  async removeOld(): Promise<void> {
    await this.database.repository(MailEntity).delete({ createdAt: this.database.dialect.past(KEEP_SECONDS) });
  }
}
