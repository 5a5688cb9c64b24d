/**
 * One configuration value: where it comes from, what it may be and how it is shown.
 *
 * A setting is declared once; the loader, the environment reference (`docs/generated/env.md`), the check of
 * `.env.production.example` and `devskyy config` all read the same declaration.
 */
export interface Setting<T> {
  /** Environment variables that may hold the value, the strongest first. */
  readonly env: readonly string[];
  /** One line for a person: what the value means, with its unit. */
  readonly description: string;
  /** What is allowed, in words, for error messages and the reference. */
  readonly allowed: string;
  /** The value used when no variable is set. */
  readonly fallback: T;
  /** Secrets are never printed. */
  readonly secret: boolean;
  /** Turns the text into the value, or throws an `Error` that says what is wrong with it. */
  readonly parse: (text: string) => T;
}

interface Declaration<T> {
  env: string | readonly string[];
  description: string;
  default: T;
  secret?: boolean;
}

function declare<T>(declaration: Declaration<T>, allowed: string, parse: (text: string) => T): Setting<T> {
  return {
    env: typeof declaration.env === 'string' ? [declaration.env] : declaration.env,
    description: declaration.description,
    allowed,
    fallback: declaration.default,
    secret: declaration.secret ?? false,
    parse,
  };
}

/** Text, optionally with a shortest length or a form. `T` is `string | undefined` for values that may be absent. */
export function text<T extends string | undefined>(
  declaration: Declaration<T> & { minLength?: number; pattern?: RegExp; allowed?: string },
): Setting<T> {
  const { minLength = 0, pattern } = declaration;
  const allowed = declaration.allowed ?? (minLength > 0 ? `text of at least ${minLength} characters` : 'text');
  return declare(declaration, allowed, (value) => {
    if (value.length < minLength) throw new Error(`must be at least ${minLength} characters`);
    if (pattern && !pattern.test(value)) throw new Error(`must be ${allowed}`);
    return value as T;
  });
}

/** A whole number within an inclusive range. */
export function integer(declaration: Declaration<number> & { min: number; max: number }): Setting<number> {
  return declare(declaration, `a whole number from ${declaration.min} to ${declaration.max}`, (value) => {
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= declaration.min && number <= declaration.max)) {
      throw new Error(`must be a whole number from ${declaration.min} to ${declaration.max}`);
    }
    return number;
  });
}

/** A decimal number within an inclusive range. */
export function decimal<T extends number | undefined = number>(
  declaration: Declaration<T> & { min: number; max: number },
): Setting<T> {
  return declare(declaration, `a number from ${declaration.min} to ${declaration.max}`, (value) => {
    const number = /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= declaration.min && number <= declaration.max)) {
      throw new Error(`must be a number from ${declaration.min} to ${declaration.max}`);
    }
    return number as T;
  });
}

/** `true` or `false`, in any case. */
export function flag<T extends boolean | undefined>(declaration: Declaration<T>): Setting<T> {
  return declare(declaration, 'true or false', (value) => {
    const lower = value.toLowerCase();
    if (lower !== 'true' && lower !== 'false') throw new Error('must be true or false');
    return (lower === 'true') as T;
  });
}

/** One word of a fixed set; case is ignored and the set's own spelling is kept. */
export function oneOf<T extends string | undefined>(
  declaration: Declaration<T> & { values: readonly Exclude<T, undefined>[] },
): Setting<T> {
  const allowed = `one of ${declaration.values.join(', ')}`;
  return declare(declaration, allowed, (value) => {
    const match = declaration.values.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
    if (match === undefined) throw new Error(`must be ${allowed}`);
    return match;
  });
}

/** A comma-separated list; blanks around items are dropped. */
export function list(
  declaration: Declaration<readonly string[]> & { item?: RegExp; allowed?: string },
): Setting<readonly string[]> {
  const allowed = declaration.allowed ?? 'a comma-separated list';
  return declare(declaration, allowed, (value) => {
    const items = value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    const wrong = items.find((item) => declaration.item !== undefined && !declaration.item.test(item));
    if (wrong !== undefined) throw new Error(`has an item that is not allowed (must be ${allowed})`);
    return Object.freeze(items);
  });
}

/** A zone of the IANA time zone database. */
export function timeZone(declaration: Declaration<string>): Setting<string> {
  const allowed = 'a time zone such as Europe/Berlin';
  return declare(declaration, allowed, (value) => {
    // Offsets such as +02:00 are no zones: the zone of a place changes its offset, and they are spelt in many ways.
    if (!/^[A-Za-z]/.test(value)) throw new Error(`must be ${allowed}`);
    try {
      return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
    } catch {
      throw new Error(`must be ${allowed}`);
    }
  });
}

/** An absolute address with one of the given schemes. */
export function address<T extends string | undefined>(
  declaration: Declaration<T> & { schemes: readonly string[] },
): Setting<T> {
  const allowed = `an address starting with ${declaration.schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return declare(declaration, allowed, (value) => {
    const scheme = URL.canParse(value) ? new URL(value).protocol.replace(/:$/, '') : '';
    if (!declaration.schemes.includes(scheme)) throw new Error(`must be ${allowed}`);
    return value as T;
  });
}

type Settings = Readonly<Record<string, Setting<unknown>>>;

/** The values of a section, by the names of its settings. */
export type ValuesOf<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

/** A section's class: an injection token whose instances hold the frozen values. */
export interface SectionClass<S extends Settings = Settings> {
  readonly section: string;
  readonly settings: S;
  new (values: ValuesOf<S>): ValuesOf<S>;
}

/**
 * Declares a section. Extend the returned class, so that the section has a name to inject by:
 * `export class RedisConfig extends section('redis', { … }) {}`.
 */
export function section<S extends Settings>(name: string, settings: S): SectionClass<S> {
  class SectionBase {
    static readonly section = name;
    static readonly settings = settings;

    constructor(values: ValuesOf<S>) {
      Object.assign(this, values);
      Object.freeze(this);
    }
  }
  return SectionBase as unknown as SectionClass<S>;
}
