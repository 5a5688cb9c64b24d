/** A thing of some module, as others name it. */
export interface Named {
  /** `transaction`, `task`, `user`, … */
  readonly kind: string;
  readonly id: string;
  /** What a person knows it by. */
  readonly title: string;
}

/** Something that happened within a unit of work. */
export interface Traced extends Named {
  readonly at: Date;
  readonly severity: 'info' | 'warning' | 'error';
  /** What it happened to, where that is something else. */
  readonly subject?: Pick<Named, 'kind' | 'id'> | undefined;
}

/** Most that a module tells of one unit of work, of each kind. */
export const MAX_TRACED = 1_000;
