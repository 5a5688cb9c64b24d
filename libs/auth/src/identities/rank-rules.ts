import { rankOf, type Role } from '#platform/kernel';
import { RankViolationException } from './auth.exceptions.js';

interface Ranked {
  id: string;
  role: Role;
}

/**
 * Whether `actor` may change `target`: an ADMIN handles users below ADMIN, a SUPER_ADMIN everybody; nobody changes his own
 * role or switches himself off.
 *
 * @param newRole the role the target would get, if that changes
 * @throws RankViolationException
 */
export function assertMayHandle(actor: Ranked, target: Ranked, newRole?: Role): void {
  if (actor.id === target.id) throw new RankViolationException('Nobody changes his own role or state');
  if (!outranks(actor.role, target.role)) {
    throw new RankViolationException('Only users of a lower rank can be handled', { details: { role: target.role } });
  }
  if (newRole !== undefined) assertMayGrant(actor.role, newRole);
}

/**
 * Whether a holder of `role` may make somebody a `granted`.
 *
 * @throws RankViolationException
 */
export function assertMayGrant(role: Role, granted: Role): void {
  if (!outranks(role, granted)) {
    throw new RankViolationException('Only roles below your own can be given', { details: { role: granted } });
  }
}

/** Whether a holder of `role` handles users of another. */
export function outranks(role: Role, other: Role): boolean {
  return role === 'SUPER_ADMIN' || rankOf(role) > rankOf(other);
}
