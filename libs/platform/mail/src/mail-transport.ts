import { Injectable } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { EnvironmentConfig, MailConfig } from '#config';
import { AppLogger } from '#platform/observability';

/** A server that takes a connection and says nothing is given up on after this long. */
const TIMEOUT_MS = 10_000;

/** A mail in plain text, and the id of the unit of work that wrote it. */
export interface OutgoingMail {
  to: string;
  subject: string;
  text: string;
  correlationId: string | null;
}

/**
 * Hands mails to the SMTP server of `MAIL_URL`. Without one they are shown in the log: whole in development, so that the
 * link in them can be followed, and without their text in production, where a log must not hold what opens an account.
 */
@Injectable()
export class MailTransport {
  private readonly smtp: Transporter | undefined;

  constructor(
    private readonly config: MailConfig,
    private readonly environment: EnvironmentConfig,
    private readonly logger: AppLogger,
  ) {
    const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS };
    if (config.url !== undefined) this.smtp = createTransport({ url: config.url, ...timeouts });
  }

  /** @throws Error when the server did not take the message */
  async send({ correlationId, ...message }: OutgoingMail): Promise<void> {
    if (this.smtp) {
      const headers = correlationId === null ? {} : { 'X-Request-ID': correlationId };
      await this.smtp.sendMail({ from: this.config.from, headers, ...message });
      return;
    }
    this.logger.warn(`MAIL_URL is not set, so "${message.subject}" was not sent`, 'Mail');
    // Past the log, which would redact the link.
    if (!this.environment.isProduction)
      process.stdout.write(`\n  To: ${message.to}\n  ${message.subject}\n\n${message.text}\n`);
  }
}
