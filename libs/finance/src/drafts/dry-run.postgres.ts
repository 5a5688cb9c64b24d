import type { Database, Transaction } from '#platform/database';

/** Ends the transaction of a dry run; what it came to is not lost. */
class RolledBack<T> extends Error {
  constructor(readonly result: T) {
    super('Rolled back');
  }
}

/** Does work in a transaction; a dry run goes the whole way, and is undone at its end. */
export async function inTransaction<T>(
  database: Database,
  isDryRun: boolean,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  if (!isDryRun) return database.transaction(work);
  try {
    return await database.transaction(async (tx): Promise<T> => {
      throw new RolledBack(await work(tx));
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.result as T;
    throw error;
  }
}
