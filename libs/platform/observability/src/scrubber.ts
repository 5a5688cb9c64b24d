import { cutText, LEFT_OUT } from '#platform/kernel';
import { isSecretKey } from './secret-names.js';
import { REDACTED } from './secret-shapes.js';
import { type ScrubOptions as TextOptions, scrubText } from './scrub-text.js';

/** How much of a value is kept. What is beyond is left out, with a mark in its place. */
export interface ScrubBounds {
  /** Levels of lists and objects within each other. */
  depth: number;
  /** Members of one list or object. */
  members: number;
  /** Values altogether. */
  values: number;
  /** Characters of all texts together. */
  characters: number;
  /** Characters of one text. */
  text: number;
  /** Characters of a field's name. */
  key: number;
}

export interface ScrubOptions extends TextOptions {
  bounds?: ScrubBounds;
}

/** Bounds of a line of the log. */
const LOG_BOUNDS: ScrubBounds = {
  depth: 20,
  members: 1_000,
  values: 10_000,
  characters: 256 * 1024,
  text: 32 * 1024,
  key: 256,
};

/** Names of fields are few and come again and again; texts from outside must not fill the memory, though. */
const MAX_REMEMBERED = 2_000;
const MAX_REMEMBERED_KEY = 64;

/** What is known of a field's name: how it is shown, and whether it names a secret. */
interface FieldName {
  readonly shown: string;
  readonly isSecret: boolean;
}

const known = new Map<string, FieldName>();
/** The same where e-mail and IP addresses are taken out too. */
const knownImpersonal = new Map<string, FieldName>();

/**
 * A copy of the value without secrets, by key (a field named like a secret) and by value (text that looks like one), at any depth.
 * Texts are cut to the bounds before anything looks at them, and made sound. Errors become `{name, message, stack}`; what JSON
 * cannot hold becomes text.
 */
export function scrub(value: unknown, options: ScrubOptions = {}): unknown {
  return new Scrubbing(options).copy(value, 0);
}

/** One walk through a value, and what is left of its bounds. */
class Scrubbing {
  private readonly bounds: ScrubBounds;
  /** What the value at hand is in; as deep as the bounds allow, so few that a list is faster than a set. */
  private readonly parents: object[] = [];
  private values: number;
  private characters: number;

  constructor(private readonly options: ScrubOptions) {
    this.bounds = options.bounds ?? LOG_BOUNDS;
    ({ values: this.values, characters: this.characters } = this.bounds);
  }

  copy(value: unknown, depth: number): unknown {
    if (--this.values < 0) return LEFT_OUT;
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function')
      return this.text(String(value));
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (Buffer.isBuffer(value)) return `<${value.length} bytes>`;
    if (depth >= this.bounds.depth || this.parents.includes(value)) return LEFT_OUT;
    this.parents.push(value);
    const result = Array.isArray(value)
      ? this.list(value, depth)
      : this.object(value instanceof Error ? errorFields(value) : value, depth);
    this.parents.pop();
    return result;
  }

  private text(text: string): string {
    const limit = Math.min(this.bounds.text, this.characters);
    if (limit <= 0 && text !== '') return LEFT_OUT;
    const cut = cutText(text, limit);
    this.characters -= cut.length;
    return scrubText(cut, this.options);
  }

  /** A list of two whose first names a secret is a field written as a pair; a list of arguments has them behind options. */
  private list(list: readonly unknown[], depth: number): unknown[] {
    const [name, value] = list;
    if (list.length === 2 && typeof name === 'string' && isHidden(name, value)) return [this.text(name), REDACTED];
    const kept = list.length > this.bounds.members ? [...list.slice(0, this.bounds.members), LEFT_OUT] : list;
    return kept.map((item, index) =>
      typeof item === 'string' && isOption(kept[index - 1]) && !item.startsWith('-')
        ? REDACTED
        : this.copy(item, depth + 1),
    );
  }

  private object(value: object, depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    let members = 0;
    for (const key of Object.keys(value)) {
      if (++members > this.bounds.members) {
        result[LEFT_OUT] = LEFT_OUT;
        break;
      }
      const field = (value as Record<string, unknown>)[key];
      const { shown, isSecret } = this.name(key);
      const hidden = (isSecret && canHide(field)) || (key === 'value' && isHidden(nameOf(value), field));
      const kept = hidden ? REDACTED : this.copy(field, depth + 1);
      // An assignment to this one name would set the prototype.
      if (shown === '__proto__') Object.defineProperty(result, shown, { value: kept, enumerable: true });
      else result[shown] = kept;
    }
    return result;
  }

  private name(key: string): FieldName {
    const names = this.options.personal ? knownImpersonal : known;
    const before = names.get(key);
    if (before !== undefined) return before;
    const name = { shown: scrubText(cutText(key, this.bounds.key), this.options), isSecret: isSecretKey(key) };
    if (key.length <= MAX_REMEMBERED_KEY && names.size < MAX_REMEMBERED) names.set(key, name);
    return name;
  }
}

/** Numbers and flags beside a secret's name are counts and settings, not secrets. */
function canHide(value: unknown): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

function isHidden(name: string, value: unknown): boolean {
  return canHide(value) && isSecretKey(name);
}

function isOption(before: unknown): boolean {
  return typeof before === 'string' && before.length <= 64 && /^--?[A-Za-z][\w-]*$/.test(before) && isSecretKey(before);
}

/** The name in `{name, value}` and `{key, value}`, the other ways to write a field; empty when there is none. */
function nameOf(value: object): string {
  const { name, key } = value as { name?: unknown; key?: unknown };
  return typeof name === 'string' ? name : typeof key === 'string' ? key : '';
}

function errorFields(error: Error): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause === undefined ? {} : { cause }) };
}
