/**
 * Rows told apart by a few values: of each combination (a lane) there is a stretch of one index, in the order of a list. A list by several
 * filters puts the beginnings of the lanes together that its filters let through, and costs the same whatever is stored.
 */
export interface LaneSource {
  readonly table: string;
  /** Conditions on `m` that all its rows have in common; the index begins with their columns. */
  readonly own: readonly string[];
}

/**
 * SQL of a recursive expression `lane`: every combination of keys there is, with one look into their index for each.
 *
 * @param keys columns of the index, next to those of `own`; none is null
 */
export function everyLane({ table, own }: LaneSource, keys: readonly string[]): string {
  const of = (name: string): string => keys.map((key) => `${name}.${key}`).join(', ');
  const next = (more: readonly string[]): string =>
    `SELECT ${of('m')} FROM ${table} m ${where([...own, ...more])} ORDER BY ${of('m')} LIMIT 1`;
  return `(${next([])}) UNION ALL (SELECT n.* FROM lane CROSS JOIN LATERAL (${next([`(${of('m')}) > (${of('lane')})`])}) n)`;
}

/** SQL of `WHERE` with all of some conditions. */
export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
