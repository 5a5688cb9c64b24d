import type { Transaction } from '#platform/database';

/** An act of administration, or a refusal that matters. */
export interface AuditEntry {
  /** `object.verb`, such as `task.approved` or `user.role_changed`. */
  readonly action: string;
  readonly outcome?: 'success' | 'failure';
  /** The user who acts; by default the caller of the request in hand. */
  readonly actorId?: string | undefined;
  /** The user it is done to. */
  readonly subjectId?: string | undefined;
  /** By what the actor acts; by default the credential of the request in hand. */
  readonly credentialId?: string | undefined;
  /** What else it is about: ids, names, values before and after. No secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Port to the audit trail, which auth keeps: append-only and hash-chained. Who acts, by which credential and from where is taken from
 * the request in hand.
 */
export abstract class AuditTrail {
  /**
   * Adds an event. It makes everybody who adds one wait until the transaction ends: do it last.
   *
   * @param tx the transaction of what is audited, so that neither exists without the other; `undefined` for refusals
   */
  abstract record(tx: Transaction | undefined, entry: AuditEntry): Promise<void>;
}
