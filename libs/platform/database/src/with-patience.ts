import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionException } from '#platform/kernel';
import { translateDatabaseError } from './postgres-error.js';
import { SchemaIncompleteError } from './schema-state.js';

const EVERY_MS = 1_000;

/**
 * Asks again while the database cannot be reached or is not migrated: where processes are started together it may come a minute later.
 *
 * @param onWait told once, with the first failure
 * @throws what the last attempt threw; anything else at once
 */
export async function withPatience<T>(
  ask: () => Promise<T>,
  seconds: number,
  onWait: (error: unknown) => void,
): Promise<T> {
  const until = performance.now() + seconds * 1000;
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const mayPass =
        error instanceof SchemaIncompleteError || translateDatabaseError(error) instanceof ConnectionException;
      if (!mayPass || performance.now() + EVERY_MS > until) throw error;
      if (attempt === 1) onWait(error);
      await sleep(EVERY_MS);
    }
  }
}
