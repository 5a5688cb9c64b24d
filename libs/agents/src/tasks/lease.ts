/** A lease, as its holder names it. */
export interface Lease {
  /** Of the task. */
  readonly id: string;
  readonly leaseToken: string;
  /** Credential of the worker that speaks; absent when this process runs the task. */
  readonly heldBy?: string | undefined;
}
