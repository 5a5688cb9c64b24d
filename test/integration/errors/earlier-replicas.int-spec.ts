import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

describe('projects that replicas of an earlier release make', () => {
  let database: TestDatabase;
  let db: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = new Client({ connectionString: database.url });
    await db.connect();
  });
  afterAll(async () => {
    await db.end();
    await database.drop();
  });

  const insert = (name: string): Promise<unknown> =>
    db.query('INSERT INTO error_project (name, created_at) VALUES ($1, now())', [name]);
  const livingNames = async (): Promise<unknown[]> =>
    (await db.query<{ living_name: string | null }>('SELECT living_name FROM error_project ORDER BY id')).rows.map(
      ({ living_name }) => living_name,
    );

  it('hold their names until they are deleted', async () => {
    await insert('shop');
    expect(await livingNames()).toEqual(['shop']);
    await db.query('UPDATE error_project SET deleted_at = now()');
    expect(await livingNames()).toEqual([null]);
    await insert('shop');
    expect(await livingNames()).toEqual([null, 'shop']);
  });
});
