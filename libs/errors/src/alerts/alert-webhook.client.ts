import { Injectable } from '@nestjs/common';
import { EnvironmentConfig } from '#config';
import { OutboundHttp } from '#platform/http';
import { sign, SIGNATURE_HEADER } from '#platform/security';

/** Longest that a call may take, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** Nobody reads what a webhook answers; more than this is a mistake. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Calls the address of an alert; the same addresses are refused as for agents, but in development loopback is allowed. */
@Injectable()
export class AlertWebhookClient {
  private readonly allowLoopback: boolean;

  constructor(
    private readonly http: OutboundHttp,
    environment: EnvironmentConfig,
  ) {
    this.allowLoopback = environment.name === 'development';
  }

  /** Whether calls to this address would be refused for what it says alone. */
  isRefused(url: string): boolean {
    return this.http.isRefused(url, this.allowLoopback);
  }

  /**
   * Posts a body, signed with HMAC-SHA-256 over its bytes.
   *
   * @returns the status of the answer
   * @throws AddressRefusedError, AnswerTooLargeError; the transport's own error otherwise
   */
  async post(url: string, body: string, secret: string, deliveryId: string): Promise<number> {
    const headers = { [SIGNATURE_HEADER]: sign(body, secret), 'X-Webhook-Delivery': deliveryId };
    const { status } = await this.http.post(url, body, headers, AbortSignal.timeout(TIMEOUT_MS), {
      maxBytes: MAX_ANSWER_BYTES,
      allowLoopback: this.allowLoopback,
    });
    return status;
  }
}
