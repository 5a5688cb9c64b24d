import type { Migrator } from './migrator.js';

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
}
