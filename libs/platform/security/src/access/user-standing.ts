import type { Role } from '#platform/kernel';
import type { Principal } from './principal.js';

/** Why nothing is done in somebody's name any more. */
export type LostStanding = 'user_deleted' | 'user_inactive' | 'key_ended';

/** The role somebody acts with now, or why he may not act at all. */
export type Standing = { readonly role: Role } | { readonly lost: LostStanding };

/**
 * Port to what auth knows of users and their keys: for work that is done in somebody's name while he makes no request, so that no
 * guard looks.
 */
export abstract class UserStanding {
  /**
   * Asked of the database each time.
   *
   * @param keyId the key by which he set the work up: it must not have ended, and bounds the role; `null` when he did so himself
   */
  abstract of(userId: string, keyId: string | null): Promise<Standing>;

  /**
   * How callers who were let in a while ago stand now, for requests that last long: of each who still may act with the role he was let in
   * with, by the session or key that he was let in by, a text that stays the same as long as nothing about it changes. Asked of the database
   * each time, once for all of them; when their tokens end is not looked at.
   */
  abstract marksOf(callers: readonly Principal[]): Promise<ReadonlyMap<Principal, string>>;
}
