/** Form of a JSON Pointer (RFC 6901 §3): empty, or tokens that each begin with a slash; `~` only as `~0` or `~1`. */
export const JSON_POINTER = /^(\/([^~/]|~[01])*)*$/;

/** The value a JSON Pointer leads to; `undefined` when it leads nowhere. */
export function resolvePointer(value: unknown, pointer: string): unknown {
  let at = value;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null) return undefined;
    if (Array.isArray(at)) at = /^(0|[1-9]\d*)$/.test(key) ? (at as unknown[])[Number(key)] : undefined;
    else at = Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined;
  }
  return at;
}

/** What pointers lead to, by pointer; those that lead nowhere are left out. */
export function project(value: unknown, pointers: readonly string[]): Record<string, unknown> {
  const found = pointers.map((pointer) => [pointer, resolvePointer(value, pointer)] as const);
  return Object.fromEntries(found.filter(([, part]) => part !== undefined));
}
