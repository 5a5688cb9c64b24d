import {
  cutText,
  type JsonShape,
  pruneJson,
  SchemaValidationException,
  shapeOfJson,
  soundJson,
  ValidationException,
} from '#platform/kernel';
import { HttpRefusal } from '../problems/http-exceptions.js';

/** Nesting of a body beyond which no route has a use for it. */
const MAX_DEPTH = 10;

/** Values in a body; bounds the time spent on one request, whatever its bytes: some take longer to parse than to send. */
const MOST = {
  usual: { values: 20_000, fields: 20_000 },
  large: { values: 100_000, fields: 40_000 },
} as const;

/** What is left of JSON that is pruned. */
const PRUNED = { depth: 24, values: 20_000 } as const;
const CLEANED = { depth: 64, values: 100_000 } as const;

/** Characters of a name that is told in a fault: who sent it knows the rest. */
const SHOWN_PATH = 256;

/** Keys that change what an object is in JavaScript. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const FORBIDDEN_ANYWHERE = /__proto__|constructor|prototype/;

/** Raised for a key that has no business in data. */
export class ForbiddenKeyError extends ValidationException {
  constructor(path: string) {
    super(
      'The request holds a key that is not allowed',
      { details: { errors: [fault(path, 'is not allowed', 'forbiddenKey')] } },
      {
        code: 'VALIDATION.FORBIDDEN_KEY',
        category: 'security',
        kind: 'invalid',
        severity: 'medium',
      },
    );
  }
}

/**
 * Parses a JSON body. What would take long to parse is refused before.
 *
 * @param isLarge more values are allowed
 * @throws HttpRefusal (400) when it is no JSON
 * @throws ValidationException (422) for forbidden keys, NUL characters, lone surrogates, nesting deeper than ten or too many values
 */
export function parseJsonBody(text: string, isLarge = false): unknown {
  const { depth, values, fields } = shapeOfJson(text);
  const most = isLarge ? MOST.large : MOST.usual;
  if (depth > MAX_DEPTH) throw structureFault('', `is nested deeper than ${MAX_DEPTH} levels`, 'maxDepth');
  if (values > most.values) throw structureFault('', `has more than ${most.values} values`, 'maxValues');
  if (fields > most.fields) throw structureFault('', `has more than ${most.fields} fields`, 'maxValues');
  const value = readJson(text);
  if (!isPlainlySound(text)) checkStructure(value);
  return value;
}

/**
 * Parses JSON of which everything that is too deep or too much is left out, with a mark in its place. Its keys and texts are as they
 * were sent, `__proto__` among them.
 *
 * @throws HttpRefusal (400) when it is no JSON
 */
export function parsePrunedJson(text: string, bounds: JsonShape = PRUNED): unknown {
  const { depth, values } = shapeOfJson(text);
  return readJson(depth > bounds.depth || values > bounds.values ? pruneJson(text, bounds) : text);
}

/**
 * Parses JSON of which everything is kept that a store takes; see `soundJson`.
 *
 * @throws HttpRefusal (400) when it is no JSON
 */
export function parseCleanedJson(text: string): unknown {
  return soundJson(parsePrunedJson(text, CLEANED));
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    if (/^\s*$/.test(text)) return undefined;
    throw new HttpRefusal('HTTP.MALFORMED_JSON', 'malformed', 'The body is not valid JSON');
  }
}

/** Refuses text that PostgreSQL cannot store and clients never mean to send. */
export function checkText(text: string, path: string): void {
  if (text.includes('\0')) throw structureFault(path, 'must not contain NUL characters', 'noNul');
  if (!text.isWellFormed()) throw structureFault(path, 'must be well-formed Unicode', 'wellFormed');
}

/**
 * Whether the text of valid JSON shows that its values need no look, as most bodies do. Without escapes, what is in the text is in
 * the values: no NUL, which JSON forbids as it stands.
 */
function isPlainlySound(text: string): boolean {
  return !text.includes('\\') && text.isWellFormed() && !FORBIDDEN_ANYWHERE.test(text);
}

function checkStructure(root: unknown): void {
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'string') return checkText(value, path);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      if (FORBIDDEN_KEYS.has(key)) throw new ForbiddenKeyError(join(path, key));
      checkText(key, path);
      visit(child, join(path, key));
    }
  };
  visit(root, '');
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function structureFault(path: string, message: string, code: string): SchemaValidationException {
  return new SchemaValidationException('The request is not valid', {
    details: { errors: [fault(path, message, code)] },
  });
}

function fault(path: string, message: string, code: string): { path: string; message: string; code: string } {
  return { path: cutText(path, SHOWN_PATH), message, code };
}
