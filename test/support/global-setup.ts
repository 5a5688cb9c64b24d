import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres, Migrator } from '#platform/database';

/** The name that `test-database.ts` copies; Jest does not map imports in this file. */
const TEMPLATE_DATABASE = 'devskyy_test_template';

/**
 * One embedded PostgreSQL for the whole run, with a migrated template that each test file copies. `TEST_DATABASE_URL`
 * names another server to use instead; its user must be allowed to create databases.
 */
export default async function globalSetup(): Promise<void> {
  const state = globalThis as typeof globalThis & { stopTestDatabase?: () => Promise<void> };
  let url = process.env['TEST_DATABASE_URL'];
  if (!url) {
    const dir = await mkdtemp(path.join(tmpdir(), 'devskyy-test-'));
    const server = await EmbeddedPostgres.start(dir, {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
    });
    url = server.url;
    process.env['TEST_DATABASE_DIR'] = dir;
    state.stopTestDatabase = () => server.stop();
  }
  process.env['TEST_SERVER_URL'] = url;
  const admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${TEMPLATE_DATABASE} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${TEMPLATE_DATABASE}`);
  await admin.end();
  const template = new URL(url);
  template.pathname = `/${TEMPLATE_DATABASE}`;
  await new Migrator(template.toString()).up();
}
