import type { DatabaseConfig, ServerConfig } from '#config';
import { EmbeddedPostgres } from './embedded-postgres.js';

/** Where PostgreSQL is, and who stops it. */
export interface DatabaseServer {
  /** Address the pool connects to. */
  readonly url: string;
  /** Address past any pooler, for migrations. */
  readonly directUrl: string;
  readonly embedded: boolean;
  stop(): Promise<void>;
}

/** The configured PostgreSQL, or the embedded one, started if it is not running. */
export async function openDatabaseServer(database: DatabaseConfig, server: ServerConfig): Promise<DatabaseServer> {
  if (database.url !== undefined) {
    const directUrl = database.directUrl ?? database.url;
    return { url: database.url, directUrl, embedded: false, stop: () => Promise.resolve() };
  }
  const embedded = await EmbeddedPostgres.start(server.dataDir);
  // Whatever ends the process before its turn to stop comes: a second Ctrl-C, a start that fails.
  const abandon = (): void => embedded.abandon();
  process.once('exit', abandon);
  const stop = async (): Promise<void> => {
    await embedded.stop();
    process.off('exit', abandon);
  };
  return { url: embedded.url, directUrl: embedded.url, embedded: true, stop };
}
