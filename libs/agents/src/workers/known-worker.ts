/** A program that leases tasks, as people look at it. */
export interface KnownWorker {
  readonly id: string;
  /** Who registered it. */
  readonly ownerId: string;
  readonly name: string;
  /** Slugs of the agents it works for; none is all that its key may lease. */
  readonly agents: readonly string[];
  /** Tasks it can run at the same time, by its own word. */
  readonly slots: number;
  readonly runtime: string | null;
  readonly registeredAt: Date;
  /** Within ten seconds, while it is busy. */
  readonly lastSeenAt: Date;
  /** Tasks on which it has a lease. */
  readonly held: number;
}
