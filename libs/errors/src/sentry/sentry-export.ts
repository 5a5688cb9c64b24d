import type { Severity } from '#platform/kernel';
import type { Occurrence, StackFrame } from '../occurrences/occurrence.js';
import { parseStack } from '../grouping/stack-frames.js';

const LEVELS: Readonly<Record<Severity, string>> = {
  critical: 'fatal',
  high: 'error',
  medium: 'warning',
  low: 'info',
  info: 'info',
};

/** Where a DSN points. */
export interface SentryTarget {
  /** Address of the project's envelope door. */
  readonly url: string;
  readonly key: string;
}

/** @param dsn `https://<key>@<host>[/<path>]/<project>` */
export function readDsn(dsn: string): SentryTarget {
  const { protocol, host, pathname, username } = new URL(dsn);
  const [, path = '', project = ''] = /^(.*)\/([^/]+)\/?$/.exec(pathname) ?? [];
  return { url: `${protocol}//${host}${path}/api/${project}/envelope/`, key: username };
}

/** An occurrence as an envelope of the Sentry protocol (develop.sentry.dev, "Envelopes"); nothing that was scrubbed comes back. */
export function toSentryEnvelope(occurrence: Occurrence, sentAt: Date): string {
  const eventId = occurrence.errorId.replaceAll('-', '');
  const payload = JSON.stringify({ event_id: eventId, ...toEvent(occurrence) });
  const header = JSON.stringify({ event_id: eventId, sent_at: sentAt.toISOString() });
  return `${header}\n${JSON.stringify({ type: 'event', length: Buffer.byteLength(payload) })}\n${payload}\n`;
}

function toEvent(occurrence: Occurrence): Record<string, unknown> {
  const { method, endpoint, userId, correlationId, category, code, constraint, status, service } = occurrence;
  const causes = occurrence.causes.map(({ type, message, stackTrace }) =>
    toException(type, message, stackTrace === undefined ? [] : parseStack(stackTrace)),
  );
  const tags = { ...occurrence.tags, service, category, code, constraint, status, correlationId };
  return {
    timestamp: occurrence.timestamp,
    platform: 'node',
    level: LEVELS[occurrence.severity],
    release: occurrence.release ?? undefined,
    environment: occurrence.environment ?? undefined,
    transaction: endpoint === null ? undefined : [method, endpoint].filter((part) => part !== null).join(' '),
    fingerprint: occurrence.fingerprint,
    // What was thrown comes last, its causes before it.
    exception: {
      values: [...causes.reverse(), toException(occurrence.errorType, occurrence.errorMessage, occurrence.frames)],
    },
    user: userId === null ? undefined : { id: userId },
    tags: Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== undefined && value !== null)),
    extra: occurrence.context,
  };
}

function toException(type: string, value: string, frames: readonly StackFrame[]): Record<string, unknown> {
  const known = frames.map(({ function: name, file, line, column, inApp }) => ({
    function: name,
    filename: file,
    abs_path: file,
    lineno: line,
    colno: column,
    in_app: inApp,
  }));
  return { type, value, ...(known.length > 0 && { stacktrace: { frames: known.reverse() } }) };
}
