import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';

/** Entities of rows that a statement by hand gave, whose columns are named as in the table; other columns are left out. */
export function hydrate<T extends ObjectLiteral>(
  dataSource: DataSource,
  target: EntityTarget<T>,
  rows: readonly Record<string, unknown>[],
): T[] {
  const metadata = dataSource.getMetadata(target);
  const columns = metadata.columns.filter(({ databaseName }) => rows[0] !== undefined && databaseName in rows[0]);
  return rows.map((row) => {
    const entity = metadata.create() as T;
    for (const column of columns) {
      column.setEntityValue(entity, dataSource.driver.prepareHydratedValue(row[column.databaseName], column));
    }
    return entity;
  });
}
