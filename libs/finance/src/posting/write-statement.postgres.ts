import { CanonicalText } from '../chain/canonical-json.js';

/** Adds a value to a statement. @returns how its text refers to it */
export type Bind = (value: unknown, type: string) => string;

/**
 * One statement that writes to several tables, each part a common table expression. Its parts and their order decide its text, so that
 * the database plans each combination once.
 */
export class WriteStatement {
  private readonly values: unknown[] = [];
  private readonly parts: { name: string; text: string }[] = [];

  add(name: string, part: (bind: Bind) => string): void {
    const bind: Bind = (value, type) => `$${this.values.push(value)}::${type}`;
    this.parts.push({ name, text: part(bind) });
  }

  build(result: string): { name: string; text: string; values: readonly unknown[] } {
    const expressions = this.parts.map(({ name, text }) => `${name} AS (${text})`).join(', ');
    // PostgreSQL keeps 63 characters of a name.
    const name = `finance_write_${this.parts.map((part) => part.name.slice(0, 3)).join('_')}`;
    return { name, text: `WITH ${expressions} ${result}`, values: this.values };
  }
}

/** Rows as arrays of their columns, which `unnest` puts side by side again: much less for the database to read than rows one by one. */
export class Columns<T> {
  private readonly arrays: string[] = [];

  constructor(
    private readonly bind: Bind,
    private readonly rows: readonly T[],
  ) {}

  /** A column of numbers, ids, times or single words: nothing in it needs a quote. */
  plain(type: string, of: (row: T) => string | bigint | number | null): this {
    let text = '';
    for (const row of this.rows) text += `,${of(row) ?? 'NULL'}`;
    return this.column(type, text);
  }

  /** A column of any texts. */
  text(type: string, of: (row: T) => string | null): this {
    let text = '';
    for (const row of this.rows) {
      const value = of(row);
      text += value === null ? ',NULL' : `,"${value.replace(/["\\]/g, '\\$&')}"`;
    }
    return this.column(type, text);
  }

  /** A column of JSON. Its text has no control characters, so that a second quoting is that of an array as well. */
  json(type: 'json' | 'jsonb', of: (row: T) => object): this {
    let text = '';
    for (const row of this.rows) {
      const value = of(row);
      text += `,${JSON.stringify(value instanceof CanonicalText ? value.text : JSON.stringify(value))}`;
    }
    return this.column(type, text);
  }

  unnest(): string {
    return `unnest(${this.arrays.join(', ')})`;
  }

  private column(type: string, text: string): this {
    this.arrays.push(this.bind(`{${text.slice(1)}}`, `${type}[]`));
    return this;
  }
}
