import { includesRole, type Role } from '#platform/kernel';
import { CredentialExceededException } from '../identities/auth.exceptions.js';
import { areAllAllowed } from './ip-allowlist.js';

/** What a credential may do at most. */
export interface Powers {
  readonly role: Role;
  /** When it ends; `null` is never. */
  readonly expiresAt: Date | null;
  /** Where it may be used from; empty is anywhere. */
  readonly ipAllowlist: readonly string[];
  /** Agents whose tasks it may lease; empty is all that its role may execute. */
  readonly agents: readonly string[];
}

/**
 * The one rule about credentials: what one makes, changes, reads the secret of or ends has at most its own powers.
 *
 * @throws CredentialExceededException naming each power that is wider
 */
export function assertWithin(own: Powers, other: Powers): void {
  const wider = widerPowers(own, other);
  if (wider.length > 0) throw new CredentialExceededException(wider);
}

/**
 * An account that was made or raised outlives whoever did it: it takes a credential without an end, addresses or agents.
 *
 * @throws CredentialExceededException naming each power that is bounded
 */
export function assertLasting(own: Powers): void {
  assertWithin(own, { role: own.role, expiresAt: null, ipAllowlist: [], agents: [] });
}

/** What a caller may do by the credential that he acts by. */
export function powersOf({ role, credential }: { role: Role; credential: Omit<Powers, 'role'> }): Powers {
  const { expiresAt, ipAllowlist, agents } = credential;
  return { role, expiresAt, ipAllowlist, agents };
}

/** The powers in which `other` goes beyond `own`. */
export function widerPowers(own: Powers, other: Powers): (keyof Powers)[] {
  const within: Record<keyof Powers, boolean> = {
    role: includesRole(own.role, other.role),
    expiresAt: own.expiresAt === null || (other.expiresAt !== null && other.expiresAt <= own.expiresAt),
    ipAllowlist: areAllAllowed(other.ipAllowlist, own.ipAllowlist),
    agents:
      own.agents.length === 0 || (other.agents.length > 0 && other.agents.every((slug) => own.agents.includes(slug))),
  };
  return (Object.keys(within) as (keyof Powers)[]).filter((power) => !within[power]);
}

/** What was asked for, and the maker's own powers where nothing was. */
export function powersFor(own: Powers, asked: Partial<{ [P in keyof Powers]: Powers[P] | undefined }>): Powers {
  return {
    role: asked.role ?? own.role,
    expiresAt: asked.expiresAt ?? own.expiresAt,
    ipAllowlist: asked.ipAllowlist?.length ? asked.ipAllowlist : own.ipAllowlist,
    agents: asked.agents?.length ? asked.agents : own.agents,
  };
}
