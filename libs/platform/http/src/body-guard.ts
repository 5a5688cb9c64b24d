import { SchemaValidationError, ValidationError } from '#platform/kernel';
import { HttpRefusal } from './http-exceptions.js';

/** Nesting of a body beyond which no route has a use for it. */
const MAX_DEPTH = 10;

/** Values in a body; bounds the time spent on one request, whatever its bytes. */
const MAX_VALUES = 500_000;

/** Keys that change what an object is in JavaScript. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const FORBIDDEN_ANYWHERE = /__proto__|constructor|prototype/;

const [QUOTE, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5b, 0x5d, 0x7b, 0x7d];

/** Raised for a key that has no business in data. */
export class ForbiddenKeyError extends ValidationError {
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
 * Parses a JSON body.
 *
 * @throws HttpRefusal (400) when it is no JSON
 * @throws ValidationError (422) for forbidden keys, NUL characters, lone surrogates or nesting deeper than ten
 */
export function parseJsonBody(text: string): unknown {
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    throw new HttpRefusal('HTTP.MALFORMED_JSON', 'malformed', 'The body is not valid JSON');
  }
  if (!isPlainlySound(text)) checkStructure(value);
  return value;
}

/** Refuses text that PostgreSQL cannot store and clients never mean to send. */
export function checkText(text: string, path: string): void {
  if (text.includes('\0')) throw structureFault(path, 'must not contain NUL characters', 'noNul');
  if (!text.isWellFormed()) throw structureFault(path, 'must be well-formed Unicode', 'wellFormed');
}

/**
 * Whether the text of valid JSON shows that its values need no look, as most bodies do. Without escapes, what is in the text is in
 * the values: no NUL, which JSON forbids as it stands, and every quote opens or closes a text.
 */
function isPlainlySound(text: string): boolean {
  if (text.length > MAX_VALUES || text.includes('\\') || !text.isWellFormed() || FORBIDDEN_ANYWHERE.test(text))
    return false;
  let [depth, isInText] = [0, false];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isInText = !isInText;
    else if (isInText) continue;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) depth += 1;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth -= 1;
    if (depth > MAX_DEPTH) return false;
  }
  return true;
}

function checkStructure(root: unknown): void {
  let values = 0;
  const visit = (value: unknown, path: string, depth: number): void => {
    if (++values > MAX_VALUES) throw structureFault(path, `has more than ${MAX_VALUES} values`, 'maxValues');
    if (typeof value === 'string') return checkText(value, path);
    if (typeof value !== 'object' || value === null) return;
    if (depth > MAX_DEPTH) throw structureFault(path, `is nested deeper than ${MAX_DEPTH} levels`, 'maxDepth');
    for (const [key, child] of Object.entries(value)) {
      if (FORBIDDEN_KEYS.has(key)) throw new ForbiddenKeyError(join(path, key));
      checkText(key, path);
      visit(child, join(path, key), depth + 1);
    }
  };
  visit(root, '', 1);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function structureFault(path: string, message: string, code: string): SchemaValidationError {
  return new SchemaValidationError('The request is not valid', { details: { errors: [fault(path, message, code)] } });
}

function fault(path: string, message: string, code: string): { path: string; message: string; code: string } {
  return { path, message, code };
}
