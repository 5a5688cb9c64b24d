import type { Role } from '#platform/kernel';

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
}
