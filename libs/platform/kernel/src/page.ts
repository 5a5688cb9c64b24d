/** One page of a list, with the cursor of the next or `null` on the last. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Smallest, largest and usual number of items on a page. */
export const PAGE_LIMIT = { min: 1, max: 100, default: 20 } as const;

/**
 * Cuts a page from rows read with one more than the limit, which tells whether there is a next page without counting.
 *
 * @param rows at most `limit + 1` rows in list order
 * @param cursorOf makes the cursor that continues after a row
 */
export function pageOf<T>(rows: T[], limit: number, cursorOf: (last: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
