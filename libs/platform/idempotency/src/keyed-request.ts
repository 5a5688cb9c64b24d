/** A request to make something. */
export interface KeyedRequest {
  /** Whose keys it is among: two callers may use the same key for different things. */
  readonly owner: string;
  /** The client's idempotency key; without one the request is carried out each time. */
  readonly key: string | undefined;
  readonly operation: string;
  /** What must be the same for the request to be the same. */
  readonly fields: object;
  /** Called when the answer is one that was given before. */
  readonly onReplay: () => void;
}
