import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { Clock, Ids } from '#platform/kernel';
import { MailDelivery } from './mail-delivery.js';

/** A message in plain text. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  /** When the message becomes useless and is given up on. */
  expiresAt: Date;
}

/**
 * Writes mails into the outbox, in the transaction of what they are about: neither exists without the other. Messages carry
 * secrets (reset links), so they are encrypted at rest and erased once sent.
 */
@Injectable()
export class Mailer {
  constructor(
    private readonly delivery: MailDelivery,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async enqueue(tx: Transaction, { expiresAt, ...message }: Mail): Promise<void> {
    const id = this.ids.next();
    const encrypted = this.delivery.messages.encrypt(JSON.stringify(message), id);
    await tx.execute(
      `INSERT INTO mail_outbox (id, message, created_at, expires_at, next_attempt_at) VALUES ($1, $2, $3, $4, $3)`,
      [id, encrypted, this.clock.now(), expiresAt],
    );
  }

  /** Starts delivering what is due. For callers whose transaction has committed; a job finds what is left. */
  deliverSoon(): void {
    this.delivery.start();
  }
}
