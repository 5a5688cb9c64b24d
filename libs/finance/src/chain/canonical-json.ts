/**
 * The one JSON text of a value, after RFC 8785 (JSON Canonicalization Scheme): members sorted by the UTF-16 code units of their
 * names, no blanks, numbers and texts as ECMAScript writes them. Members that are `undefined` are left out.
 */
export function canonicalJson(value: unknown): string {
  if (value instanceof CanonicalText) return value.text;
  // What has its members in order already, as most of ours has, is written much faster by the engine itself.
  if (typeof value !== 'object' || value === null || isInOrder(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one: unknown) => canonicalJson(one ?? null)).join(',')}]`;
  let text = '';
  for (const name of Object.keys(value).sort()) {
    const member: unknown = Reflect.get(value, name);
    if (member !== undefined) text += `,${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${text.slice(1)}}`;
}

/** A value whose canonical text was made before, while nobody waited for it. */
export class CanonicalText {
  readonly text: string;

  constructor(value: object) {
    this.text = canonicalJson(value);
  }
}

function isInOrder(value: object): boolean {
  if (value instanceof CanonicalText) return false;
  if (Array.isArray(value)) return value.every(isPlain);
  let last = '';
  // Members of plain objects are their own; listing them first would cost more than the look.
  for (const name in value) {
    if (name < last || !isPlain(Reflect.get(value, name))) return false;
    last = name;
  }
  return true;
}

function isPlain(member: unknown): boolean {
  return typeof member !== 'object' || member === null || isInOrder(member);
}
