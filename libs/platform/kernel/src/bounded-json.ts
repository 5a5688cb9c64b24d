import { LEFT_OUT, soundText } from './bounded-text.js';

/** How much JSON holds, or may hold. */
export interface JsonShape {
  /** Levels of lists and objects within each other. */
  readonly depth: number;
  /** Lists, objects, and what stands in them. */
  readonly values: number;
}

/** What a text of JSON holds, counted without reading its values. */
export interface JsonCounts extends JsonShape {
  /** Fields of objects; they take the longest to read. */
  readonly fields: number;
}
const [QUOTE, COMMA, COLON, BACKSLASH] = [0x22, 0x2c, 0x3a, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Counts depth and values of JSON in one pass over its characters, so that what would take long to parse need not be parsed. Of
 * text that is no JSON the counts mean nothing, but are found as quickly.
 */
export function shapeOfJson(text: string): JsonCounts {
  let [depth, deepest, values, fields] = [0, 0, 1, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COMMA) values++;
    else if (code === COLON) fields++;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      values++;
      if (++depth > deepest) deepest = depth;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
  return { depth: deepest, values, fields };
}

/**
 * The same JSON with `"<…>"` in place of what is nested deeper than `depth`, and without what follows when there are more than
 * `values`. What is left out is not checked to be JSON; of what is kept all faults stay. One pass, whatever is in the text.
 */
export function pruneJson(text: string, bounds: JsonShape): string {
  const kept: string[] = [];
  /** The brackets that are open, and whether the innermost is full. */
  const open: number[] = [];
  let [from, values] = [0, 1];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (open.length < bounds.depth) {
        values++;
        open.push(code);
        continue;
      }
      kept.push(text.slice(from, at), `"${LEFT_OUT}"`);
      at = endOfContainer(text, at);
      from = at + 1;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) open.pop();
    else if (code === COMMA && ++values > bounds.values) {
      const inner = open.at(-1);
      if (inner === undefined) break;
      kept.push(text.slice(from, at), inner === OPEN_LIST ? `,"${LEFT_OUT}"` : `,"${LEFT_OUT}":"${LEFT_OUT}"`);
      at = endOfContainer(text, at) - 1;
      from = at + 1;
    }
  }
  kept.push(text.slice(from));
  return kept.join('');
}

/**
 * A parsed value as every store takes it: texts and names are sound, numbers that are too large for a computer are left out with a mark,
 * and so is a field that would change what an object is in JavaScript.
 */
export function soundJson(value: unknown): unknown {
  if (typeof value === 'string') return soundText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : LEFT_OUT;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(soundJson);
  const sound: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    sound[name === '__proto__' ? LEFT_OUT : soundText(name)] = soundJson(field);
  }
  return sound;
}

/** Place of the quote that closes the text opened at `start`; the end when none does. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

/** Place of the bracket that closes what is opened at `start`, or what is open there already. */
function endOfContainer(text: string, start: number): number {
  let depth = isOpening(text.charCodeAt(start)) ? 0 : 1;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (isOpening(code)) depth++;
    else if ((code === CLOSE_LIST || code === CLOSE_OBJECT) && --depth === 0) return at;
  }
  return text.length;
}

function isOpening(code: number): boolean {
  return code === OPEN_LIST || code === OPEN_OBJECT;
}
