/** Nesting beyond which a value of an agent is refused; PostgreSQL and JSON parsers elsewhere have limits too. */
const MAX_DEPTH = 64;

/**
 * What keeps a value from being stored as `jsonb` and read back unchanged: NUL characters, lone surrogates, numbers beyond
 * double precision, or too deep nesting. `undefined` when nothing does.
 */
export function unstorable(value: unknown, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH} levels`;
  switch (typeof value) {
    case 'string':
      if (value.includes('\0')) return 'a text with a NUL character';
      return value.isWellFormed() ? undefined : 'a text that is not well-formed Unicode';
    case 'number':
      return Number.isFinite(value) ? undefined : 'a number out of range';
    case 'object':
      return value === null ? undefined : unstorableInside(value, depth);
    case 'boolean':
    case 'undefined':
      return undefined;
    default:
      return `a ${typeof value}, which is not JSON`;
  }
}

function unstorableInside(value: object, depth: number): string | undefined {
  for (const [key, child] of Object.entries(value)) {
    const problem = unstorable(key, depth + 1) ?? unstorable(child, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * A JSON value as the one text that is hashed and measured: keys by length and then by their bytes, a blank after each colon and comma,
 * numbers without an exponent.
 */
export function textOf(value: unknown): string {
  if (typeof value === 'number') return digitsOf(value);
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item ?? null)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => ({ key: Buffer.from(key), text: `${JSON.stringify(key)}: ${textOf(item)}` }))
    .sort((a, b) => a.key.length - b.key.length || Buffer.compare(a.key, b.key));
  return `{${entries.map(({ text }) => text).join(', ')}}`;
}

function digitsOf(number: number): string {
  const [mantissa = '', exponent] = JSON.stringify(number).split('e');
  if (exponent === undefined) return mantissa;
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const shift = Number(exponent);
  const sign = number < 0 ? '-' : '';
  // Only the largest and the smallest numbers are written with an exponent: the point lies outside of their digits.
  if (shift > 0) return sign + (whole + fraction).padEnd(whole.length + shift, '0');
  return `${sign}0.${'0'.repeat(-shift - whole.length)}${whole}${fraction}`;
}
