import type { Migrator } from './migrator.js';

/** Migrations are pending, and this process is not to apply them. */
export class SchemaIncompleteError extends Error {
  override readonly name = 'SchemaIncompleteError';

  constructor() {
    super('The schema is not that of this release: run `devskyy migrate`, or set MIGRATE_ON_START=true.');
  }
}

/** Whether the schema is the one this release expects; readiness depends on it. */
export class SchemaState {
  private complete = false;

  constructor(private readonly migrator: Migrator) {}

  /** True once no migration is pending; asks the database again only while some are. */
  async isComplete(): Promise<boolean> {
    if (!this.complete) await this.refresh();
    return this.complete;
  }

  /** Asks the database. */
  async refresh(): Promise<void> {
    this.complete = !(await this.migrator.isPending());
  }

  /** @throws SchemaIncompleteError */
  async demand(): Promise<void> {
    if (!(await this.isComplete())) throw new SchemaIncompleteError();
  }
}
