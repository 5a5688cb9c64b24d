import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** Migrated once a run; every test file works on a copy of its own. */
export const TEMPLATE_DATABASE = 'devskyy_test_template';

/** A database that belongs to one test file. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** Copies the migrated template, or makes an empty database. */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const name = `devskyy_test_${randomBytes(6).toString('hex')}`;
  await administer(`CREATE DATABASE ${name}${options.empty ? '' : ` TEMPLATE ${TEMPLATE_DATABASE}`}`);
  return {
    url: withDatabase(serverUrl(), name),
    drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  return address.toString();
}

function serverUrl(): string {
  const url = process.env['TEST_SERVER_URL'];
  if (!url) throw new Error('No test database: run the tests through Jest');
  return url;
}

async function administer(sql: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    // Copying needs the template to itself; two files may ask at once.
    await client.query('SELECT pg_advisory_lock(42)');
    await client.query(sql);
  } finally {
    await client.end();
  }
}
