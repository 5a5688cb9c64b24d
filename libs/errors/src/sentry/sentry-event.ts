import { cutText, SEVERITIES, type Severity } from '#platform/kernel';
import type { ErrorDraft } from '../occurrences/error-draft.js';
import { frameWithinLimits, LIMITS } from '../occurrences/limits.js';
import type { Cause, StackFrame } from '../occurrences/occurrence.js';
import { severityOfLevel } from './sentry-level.js';
import { loggedMessage, type LoggedMessage } from './sentry-message.js';
import { isOwnFrame } from '../grouping/foreign-code.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads an event of the Sentry protocol. Everything in it comes from outside and may have any shape: what is not as the
 * protocol says is left out, the rest is kept.
 */
export function readSentryEvent(event: Fields): ErrorDraft {
  // The last one is what was thrown, those before it are its causes.
  const [thrown, ...causes] = exceptionsOf(event).reverse();
  const logged = messageOf(event);
  const isMessage = logged !== undefined && (thrown === undefined || mechanismOf(thrown)['synthetic'] === true);
  const frames = framesOf(thrown ?? valuesOf(event['threads'])[0] ?? event);
  const [type, message] = isMessage
    ? ['Message', logged.text]
    : [text(thrown?.['type']) ?? 'Error', text(thrown?.['value']) ?? ''];
  return {
    errorType: type,
    message,
    template: isMessage ? logged.template : undefined,
    stackTrace: frames.length === 0 ? undefined : stackText(type, message, frames),
    frames,
    causes: isMessage ? [] : causes.slice(0, LIMITS.causes).map(toCause),
    isMessage: isMessage || undefined,
    severity: severityOf(event, isMessage ? undefined : thrown),
    fingerprint: fingerprintOf(event),
    timestamp: instantOf(event['timestamp']),
    release: text(event['release']),
    environment: text(event['environment']),
    ...requestOf(event),
    context: contextOf(event),
    contexts: contextsOf(event),
    tags: tagsOf(event['tags']),
    user: Object.keys(object(event['user'])).length === 0 ? undefined : object(event['user']),
    userId: text(object(event['user'])['id']),
    breadcrumbs: valuesOf(event['breadcrumbs']).slice(-LIMITS.breadcrumbs),
  };
}

function exceptionsOf(event: Fields): Fields[] {
  const { exception } = event;
  const listed = valuesOf(exception);
  return listed.length > 0 || !isObject(exception) || 'values' in exception ? listed : [exception];
}

function messageOf(event: Fields): LoggedMessage | undefined {
  const entry = event['logentry'] ?? event['message'];
  if (!isObject(entry)) return loggedMessage(text(entry), undefined, undefined);
  return loggedMessage(text(entry['message']), text(entry['formatted']), entry['params']);
}

/** What a sender adds, and the parameters of a message, which say who it was about. */
function contextOf(event: Fields): Fields {
  const extra = object(event['extra']);
  const entry = event['logentry'] ?? event['message'];
  const params = isObject(entry) ? entry['params'] : undefined;
  const isEmpty = typeof params !== 'object' || params === null || Object.keys(params).length === 0;
  return isEmpty || 'params' in extra ? extra : { ...extra, params };
}

function mechanismOf(exception: Fields): Fields {
  return object(exception['mechanism']);
}

function severityOf(event: Fields, thrown: Fields | undefined): Severity {
  const level = text(event['level']) ?? (thrown ? 'error' : 'info');
  const severity = severityOfLevel(level, text(event['logger']));
  const isUnhandled = thrown !== undefined && mechanismOf(thrown)['handled'] === false;
  return isUnhandled ? (SEVERITIES[SEVERITIES.indexOf(severity) - 1] ?? severity) : severity;
}

function framesOf(holder: Fields): StackFrame[] {
  const frames = object(holder['stacktrace'])['frames'];
  if (!Array.isArray(frames)) return [];
  let detailed = 0;
  return frames
    .filter(isObject)
    .slice(-LIMITS.frames)
    .reverse()
    .map((frame) => {
      const read = toFrame(frame, detailed < LIMITS.framesWithDetail);
      if (read.inApp) detailed++;
      return read;
    });
}

/** Files of languages whose classes say more than their files. */
const FILE_OF_CLASS =
  /^(?:[^\\/]{0,200}\.(?:java|kts?|scala|groovy|clj|cs|vb|fs)|<generated>|Unknown Source|Native Method|SourceFile)$/;

function toFrame(frame: Fields, withDetail: boolean): StackFrame {
  const filename = text(frame['filename']);
  const named = text(frame['abs_path']) ?? filename ?? text(frame['module']);
  const file = named === undefined ? undefined : cutText(named, LIMITS.file);
  const module = classOf(text(frame['module']), filename);
  // A sender may call a frame of its own foreign, but not a library its own.
  const inApp = frame['in_app'] !== false && isOwnFrame({ module, file });
  // What libraries looked like says little and takes most of the room.
  const isDetailed = inApp && withDetail;
  return frameWithinLimits({
    function: text(frame['function']),
    module,
    file,
    line: count(frame['lineno']),
    column: count(frame['colno']),
    source: text(frame['context_line'])?.trim(),
    before: isDetailed ? linesOf(frame['pre_context']) : undefined,
    after: isDetailed ? linesOf(frame['post_context']) : undefined,
    variables: isDetailed && isObject(frame['vars']) ? frame['vars'] : undefined,
    inApp,
  });
}

/** The class of a frame, in languages where it says more than the file. */
function classOf(module: string | undefined, filename: string | undefined): string | undefined {
  if (module === undefined || module.length > LIMITS.name || (filename?.length ?? 0) > LIMITS.file) return undefined;
  return FILE_OF_CLASS.test(filename ?? 'SourceFile') && /^[\w$.<>+`]+$/.test(module) ? module : undefined;
}

function linesOf(list: unknown): string[] | undefined {
  return Array.isArray(list) && list.length > 0 ? list.map((line) => text(line) ?? '') : undefined;
}

function toCause(exception: Fields): Cause {
  const [type, message, frames] = [
    text(exception['type']) ?? 'Error',
    text(exception['value']) ?? '',
    framesOf(exception),
  ];
  return { type, message, stackTrace: frames.length === 0 ? undefined : stackText(type, message, frames) };
}

/** The stack as Node prints it, for people and for the ledger's file. */
function stackText(type: string, message: string, frames: readonly StackFrame[]): string {
  const lines = frames.map(({ function: name, file = '<anonymous>', line, column }) => {
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    return name === undefined ? `    at ${place}` : `    at ${name} (${place})`;
  });
  return [`${cutText(type, LIMITS.name)}: ${cutText(message, LIMITS.message)}`, ...lines].join('\n');
}

function requestOf(event: Fields): Pick<ErrorDraft, 'endpoint' | 'method' | 'correlationId'> {
  const request = object(event['request']);
  const headers = lowerCased(object(request['headers']));
  const [, verb, route] = /^(?:([A-Z]+) )?(\/\S*)$/.exec(text(event['transaction']) ?? '') ?? [];
  const trace = object(object(event['contexts'])['trace']);
  return {
    method: text(request['method']) ?? verb,
    endpoint: route ?? pathOf(text(request['url'])),
    correlationId: text(headers['x-request-id']) ?? text(trace['trace_id']),
  };
}

/** The path alone, as it was sent: what follows it is of this one request. */
function pathOf(url: string | undefined): string | undefined {
  return url?.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/)[0];
}

const FACTS = ['serverName', 'platform', 'transaction', 'logger', 'dist'] as const;

function contextsOf(event: Fields): Fields {
  const { contexts, request, sdk, server_name, platform, transaction, logger, dist } = event;
  const facts = { serverName: server_name, platform, transaction, logger, dist };
  const known: Record<string, unknown> = {};
  for (const name of FACTS) if (typeof facts[name] === 'string') known[name] = facts[name];
  const { headers, cookies, query_string, data, ...rest } = object(request);
  const parts = { headers: object(headers), cookies: object(cookies), query: object(query_string), data };
  return {
    ...object(contexts),
    ...(isObject(sdk) ? { sdk: { name: sdk['name'], version: sdk['version'] } } : {}),
    ...(isObject(request) ? { request: { ...rest, ...parts } } : {}),
    ...(Object.keys(known).length > 0 ? { event: known } : {}),
  };
}

function tagsOf(tags: unknown): Record<string, string> {
  const entries = Object.entries(object(tags)).slice(0, LIMITS.tags);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, isObject(value) ? JSON.stringify(value) : String(value)]),
  );
}

function fingerprintOf({ fingerprint }: Fields): string[] | undefined {
  if (!Array.isArray(fingerprint)) return undefined;
  const parts = fingerprint.filter((part) => typeof part === 'string' || typeof part === 'number').map(String);
  return parts.length === 0 ? undefined : parts.slice(0, LIMITS.fingerprint);
}

/** Seconds since 1970, or RFC 3339; without an offset it is UTC. */
function instantOf(value: unknown): Date | undefined {
  const written = typeof value === 'string' ? value.replace(/T[\d:.]+$/, '$&Z') : '';
  const millis = typeof value === 'number' ? value * 1000 : Date.parse(written);
  const at = new Date(millis);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** A list as the protocol writes it: plain, or as `{values: […]}`. */
function valuesOf(list: unknown): Fields[] {
  const values = isObject(list) ? list['values'] : list;
  return Array.isArray(values) ? values.filter(isObject) : [];
}

/** Names and values as the protocol writes them: an object, pairs, or a query. */
function object(value: unknown): Fields {
  if (isObject(value)) return value;
  if (Array.isArray(value)) return Object.fromEntries(value.filter(isPair));
  return typeof value === 'string' && value !== ''
    ? Object.fromEntries(new URLSearchParams(cutText(value, LIMITS.message)))
    : {};
}

function isPair(value: unknown): value is [string, unknown] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string';
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function lowerCased(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key.toLowerCase(), value]));
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
