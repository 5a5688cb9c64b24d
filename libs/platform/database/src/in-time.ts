import { unlessLate } from '#platform/kernel';

/**
 * What the database is asked, given up after a while: one that does not answer, because it is frozen or the network swallows its packets,
 * is away as one that is stopped. The question itself goes on until its own time is over.
 *
 * @throws Error that `translateDatabaseError` knows as a lost connection
 */
export function inTime<T>(asked: Promise<T>, limitMs: number): Promise<T> {
  return unlessLate(asked, limitMs, () => {
    throw Object.assign(new Error('The database does not answer'), { code: 'ETIMEDOUT' });
  });
}
