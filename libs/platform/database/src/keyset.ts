import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** A column of a list's order, as `alias.property`. */
export type KeysetColumn = string;

/**
 * Orders a list and lets it begin after the last row of the page before: a cursor costs the same on every page, which an offset does not.
 *
 * @param columns the order, the last of them unique; all in one direction
 * @param after values of `columns` in the last row that was seen; none for the first page
 */
export function keyset<T extends ObjectLiteral>(
  builder: SelectQueryBuilder<T>,
  columns: readonly KeysetColumn[],
  direction: 'ASC' | 'DESC',
  after?: readonly unknown[],
): SelectQueryBuilder<T> {
  for (const column of columns) builder.addOrderBy(column, direction);
  if (after === undefined) return builder;
  const names = after.map((_value, index) => `after${index}`);
  const parameters = Object.fromEntries(after.map((value, index) => [`after${index}`, value]));
  const sign = direction === 'ASC' ? '>' : '<';
  // PostgreSQL reads a range of the index for this form, and filters for the same said with OR.
  const range = `(${columns.join(', ')}) ${sign} (${names.map((name) => `:${name}`).join(', ')})`;
  return builder.andWhere(range, parameters);
}
