import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { createMigrationDataSource } from './data-source.js';

/** Key of the advisory lock that lets one process migrate at a time (any number, the same in every release). */
const LOCK_KEY = 7_391_840_215;

/** Applies and reverts schema migrations, one process at a time. */
export class Migrator {
  /** @param url address past any pooler: the lock belongs to a session */
  constructor(private readonly url: string) {}

  /** Applies what is pending; returns the names of what was applied. */
  up(): Promise<string[]> {
    return this.locked(async (dataSource) => {
      const applied = await dataSource.runMigrations();
      return applied.map(({ name }) => name);
    });
  }

  /** Reverts the latest `count` migrations; returns how many there were to revert. */
  down(count: number): Promise<number> {
    return this.locked(async (dataSource) => {
      const applied = await dataSource.query<{ count: string }[]>('SELECT count(*) FROM schema_migration');
      const steps = Math.min(count, Number(applied[0]?.count ?? 0));
      for (let step = 0; step < steps; step++) await dataSource.undoLastMigration();
      return steps;
    });
  }

  /** Whether there are migrations that were not applied yet. Takes no lock. */
  async isPending(): Promise<boolean> {
    const dataSource = await createMigrationDataSource(this.url).initialize();
    try {
      return await dataSource.showMigrations();
    } finally {
      await dataSource.destroy();
    }
  }

  private async locked<T>(work: (dataSource: DataSource) => Promise<T>): Promise<T> {
    const lock = new Client({ connectionString: this.url, connectionTimeoutMillis: 30_000 });
    await lock.connect();
    try {
      await lock.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
      const dataSource = await createMigrationDataSource(this.url).initialize();
      try {
        return await work(dataSource);
      } finally {
        await dataSource.destroy();
      }
    } finally {
      await lock.end();
    }
  }
}
