import { Injectable } from '@nestjs/common';
import { ErrorsConfig } from '#config';
import { OutboundHttp } from '#platform/http';
import { VERSION } from '#platform/observability';
import { readDsn, type SentryTarget } from './sentry-export.js';

/** Longest that a call may take, in milliseconds. */
const TIMEOUT_MS = 10_000;

const MAX_ANSWER_BYTES = 64 * 1024;

/** Silence after a 429 that does not say how long. */
const DEFAULT_PAUSE_SECONDS = 60;

/** What came of a call. */
export interface SentryAnswer {
  readonly status: number;
  /** Seconds for which nothing more should be sent; 0 for none. */
  readonly pauseSeconds: number;
}

/** The Sentry that `SENTRY_DSN` names. */
@Injectable()
export class ExternalSentryClient {
  private readonly target: SentryTarget | undefined;

  constructor(
    private readonly http: OutboundHttp,
    config: ErrorsConfig,
  ) {
    if (config.sentryDsn !== undefined) this.target = readDsn(config.sentryDsn);
  }

  get isConfigured(): boolean {
    return this.target !== undefined;
  }

  /** @throws AnswerTooLargeError; the transport's own error otherwise */
  async send(envelope: string, signal: AbortSignal): Promise<SentryAnswer> {
    if (!this.target) throw new Error('SENTRY_DSN is not set');
    const { url, key } = this.target;
    const auth = `Sentry sentry_version=7, sentry_client=devskyy/${VERSION}, sentry_key=${key}`;
    const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const { status, headers } = await this.http.post(url, envelope, { 'X-Sentry-Auth': auth }, within, {
      maxBytes: MAX_ANSWER_BYTES,
      // The operator of the service named the address, and may keep Sentry inside this network.
      allowInternal: true,
    });
    const asked = /^\d{1,6}$/.exec(headers['retry-after'] ?? '')?.[0];
    return { status, pauseSeconds: status === 429 ? Number(asked ?? DEFAULT_PAUSE_SECONDS) : 0 };
  }
}
