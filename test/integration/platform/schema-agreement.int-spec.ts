import { DataSource } from 'typeorm';
import { Database } from '#platform/database';
import { startTestApp, type TestApp } from '../../support/test-app.js';

/** What entities cannot say, or what TypeORM does not compare: read from the catalogue. */
const CATALOGUE = {
  indexes: `SELECT indexdef AS is FROM pg_indexes WHERE schemaname = 'public'`,
  constraints: `SELECT conrelid::regclass || ': ' || conname || ' ' || pg_get_constraintdef(oid) AS is
                FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u', 'x')`,
  triggers: `SELECT pg_get_triggerdef(oid) AS is FROM pg_trigger WHERE NOT tgisinternal`,
  generated: `SELECT attrelid::regclass || '.' || attname || ' = ' || pg_get_expr(adbin, adrelid) AS is
              FROM pg_attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
              WHERE attgenerated <> '' AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)`,
  functions: `SELECT p.proname || '(' || pg_get_function_arguments(p.oid) || '): ' || left(encode(sha256(convert_to(p.prosrc, 'UTF8')), 'hex'), 12) AS is
              FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
                AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = p.oid AND deptype = 'e')`,
};

describe('entities and migrations', () => {
  let app: TestApp;
  let database: Database;

  beforeAll(async () => {
    app = await startTestApp();
    database = app.get(Database);
  });
  afterAll(() => app.close());

  it('agree on every table, column, default, index and constraint that entities declare', async () => {
    await pretendToHaveMadeColumns();
    const { upQueries } = await app.get(DataSource).driver.createSchemaBuilder().log();
    await database.execute('DROP TABLE typeorm_metadata');
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('leave no table without an entity', async () => {
    const tables = await database.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration' ORDER BY 1`,
    );
    const described = app.get(DataSource).entityMetadatas.map(({ tableName }) => tableName);
    expect(described.sort()).toEqual(tables.map(({ name }) => name));
  });

  it.each(Object.entries(CATALOGUE))('know of these %s, and no others', async (_kind, sql) => {
    const rows = await database.query<{ is: string }>(sql);
    expect(rows.map((row) => row.is).sort()).toMatchSnapshot();
  });

  /** TypeORM does not compare the expressions of columns, but its own notes of them; the list above has what PostgreSQL knows. */
  async function pretendToHaveMadeColumns(): Promise<void> {
    const columns = app.get(DataSource).entityMetadatas.flatMap(({ columns }) => columns);
    await database.execute(
      'CREATE TABLE typeorm_metadata (type text, database text, schema text, "table" text, name text, value text)',
    );
    for (const { asExpression, databaseName, entityMetadata } of columns) {
      if (asExpression === undefined) continue;
      await database.execute(
        `INSERT INTO typeorm_metadata VALUES ('GENERATED_COLUMN', current_database(), 'public', $1, $2, $3)`,
        [entityMetadata.tableName, databaseName, asExpression],
      );
    }
  }
});
