/** That something changed, as the database noted it in the transaction that changed it. */
export interface Change {
  /** An event of a task that may have changed its state, or a change of what is shown of an error group. */
  readonly kind: 'task' | 'error';
  /** Of the task or group. */
  readonly id: string;
  /** Of a task: number and type of the event. */
  readonly seq?: number;
  readonly type?: string;
}

/** Places of a chain behind one and up to another. */
export interface Stretch {
  readonly after: number;
  readonly to: number;
}

/**
 * What happened since the bulletin before. Bulletins are made one after the other, by one process at a time, of what is committed: so their
 * numbers have no gaps, nothing is added to one later, and every process tells the same in the same order.
 */
export interface Bulletin {
  readonly number: number;
  readonly madeAt: Date;
  /** Events of the audit trail. */
  readonly audit: Stretch;
  /** Blocks of the books. */
  readonly blocks: Stretch;
  readonly changes: readonly Change[];
  /** When the oldest of the changes began; `null` without any. */
  readonly notedAt: Date | null;
}

/** Changes that one bulletin tells of at most; further ones are in the next. */
export const MOST_CHANGES = 1_000;
