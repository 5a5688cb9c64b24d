import { type JsonShape, pruneJson, shapeOfJson } from '#platform/kernel';
import { MalformedEnvelopeException } from '../occurrences/errors.exceptions.js';

/** One item of an envelope; its payload is bytes, whatever its type. */
export interface EnvelopeItem {
  readonly type: string;
  readonly payload: Buffer;
}

export interface Envelope {
  readonly header: Readonly<Record<string, unknown>>;
  readonly items: readonly EnvelopeItem[];
}

/** More items than any sender puts into one envelope. */
const MAX_ITEMS = 1_000;

/** Bytes of a line that says what follows. */
export const MAX_HEADER_BYTES = 8 * 1024;

const HEADER_BOUNDS: JsonShape = { depth: 6, values: 200 };

const LINE_FEED = 0x0a;

/**
 * Reads a Sentry envelope (develop.sentry.dev, "Envelopes"): a line of JSON, then for each item a line of JSON and a payload,
 * which is as long as `length` says or ends with its line.
 *
 * @throws MalformedEnvelopeException
 */
export function parseEnvelope(bytes: Buffer): Envelope {
  const first = lineAt(bytes, 0);
  const header = objectIn(first.bytes, 'The first line is no JSON object');
  const items: EnvelopeItem[] = [];
  for (let at = first.next; at < bytes.length;) {
    const line = lineAt(bytes, at);
    at = line.next;
    if (line.bytes.length === 0) continue;
    if (items.length === MAX_ITEMS) throw new MalformedEnvelopeException(`More than ${MAX_ITEMS} items`);
    const { type, length } = objectIn(line.bytes, 'The header of an item is no JSON object');
    if (typeof type !== 'string') throw new MalformedEnvelopeException('An item has no type');
    const payload = length === undefined || length === null ? lineAt(bytes, at) : payloadAt(bytes, at, length);
    items.push({ type, payload: payload.bytes });
    at = payload.next;
  }
  return { header, items };
}

interface Slice {
  bytes: Buffer;
  next: number;
}

function lineAt(bytes: Buffer, start: number): Slice {
  const end = bytes.indexOf(LINE_FEED, start);
  return end === -1
    ? { bytes: bytes.subarray(start), next: bytes.length }
    : { bytes: bytes.subarray(start, end), next: end + 1 };
}

function payloadAt(bytes: Buffer, start: number, length: unknown): Slice {
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 0) {
    throw new MalformedEnvelopeException('The length of an item is no whole number');
  }
  const end = start + length;
  if (end > bytes.length) throw new MalformedEnvelopeException('An item is shorter than its length says');
  if (end < bytes.length && bytes[end] !== LINE_FEED) {
    throw new MalformedEnvelopeException('An item is longer than its length says');
  }
  return { bytes: bytes.subarray(start, end), next: end + 1 };
}

function objectIn(line: Buffer, otherwise: string): Readonly<Record<string, unknown>> {
  if (line.length > MAX_HEADER_BYTES) throw new MalformedEnvelopeException('A header is too long');
  const value = jsonIn(line, HEADER_BOUNDS);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new MalformedEnvelopeException(otherwise);
  return value as Record<string, unknown>;
}

/**
 * The JSON value of some bytes, without what is nested deeper or more than the bounds; `undefined` when they are none. Takes time in
 * proportion to the bytes, whatever is in them.
 */
export function jsonIn(bytes: Buffer, bounds: JsonShape): unknown {
  try {
    const text = bytes.toString();
    const { depth, values } = shapeOfJson(text);
    return JSON.parse(depth > bounds.depth || values > bounds.values ? pruneJson(text, bounds) : text) as unknown;
  } catch {
    return undefined;
  }
}

/** Keys that the first line of an envelope carries, as that of its DSN. */
export function keysIn(header: Readonly<Record<string, unknown>>): string[] {
  const { dsn } = header;
  return typeof dsn === 'string' && URL.canParse(dsn) ? [new URL(dsn).username] : [];
}

/** The first line of an envelope that may have been cut behind it; an empty one when it is none. */
export function headerIn(head: Buffer): Readonly<Record<string, unknown>> {
  const value = jsonIn(lineAt(head, 0).bytes, HEADER_BOUNDS);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
