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
