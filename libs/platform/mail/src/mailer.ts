import { Injectable } from '@nestjs/common';
import type { Transaction } from '#platform/database';
import { Clock, Ids } from '#platform/kernel';
import { MailDelivery } from './mail-delivery.js';
import { MailOutbox } from './mail-outbox.js';

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
    private readonly mails: MailOutbox,
    private readonly delivery: MailDelivery,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async enqueue(tx: Transaction, { expiresAt, ...message }: Mail): Promise<void> {
    await this.mails.add(tx, this.ids.next(), JSON.stringify(message), this.clock.now(), expiresAt);
  }

  /** Starts delivering what is due. For callers whose transaction has committed; a job finds what is left. */
  deliverSoon(): void {
    this.delivery.start();
  }
}
