/** Fields in which two requests differ, as dotted paths; empty when they ask for the same. */
export function differingFields(a: unknown, b: unknown, path = ''): string[] {
  if (Object.is(a, b)) return [];
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b))
    return [path === '' ? 'the body' : path];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap((key) =>
    differingFields(
      (a as Record<string, unknown>)[key],
      (b as Record<string, unknown>)[key],
      path === '' ? key : `${path}.${key}`,
    ),
  );
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
