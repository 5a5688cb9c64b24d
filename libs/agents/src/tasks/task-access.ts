import { includesRole, type Role } from '#platform/kernel';
import { ApprovalForbiddenException, TaskNotFoundException, TaskNotOwnedException } from './agents.exceptions.js';

/** Roles that may be demanded to give an agent work. */
export const EXECUTOR_ROLES = ['API_USER', 'DEVELOPER', 'ADMIN', 'SUPER_ADMIN'] as const;
export type ExecutorRole = (typeof EXECUTOR_ROLES)[number];

/** Who asks, and by what: the role is the credential's, so that a key of a lower role can do less than its owner. */
export interface Caller {
  /** Id of the user, whichever of his sessions or keys he uses. */
  readonly id: string;
  readonly role: Role;
  readonly credential: { readonly id: string };
}

/** What decides who may do what with a task. */
export interface TaskAccess {
  /** Id of the user who asked for it. */
  readonly createdBy: string;
  /** What its agent demands now. */
  readonly minimumRole: ExecutorRole;
  /** The credential whose worker holds the lease now; `null` when no worker does. */
  readonly heldBy: string | null;
}

/** `role`: an ADMIN may approve his own tasks. `four_eyes`: nobody may. */
export type ApprovalPolicy = 'role' | 'four_eyes';

/** Which tasks a search may find: his own at agents of these roles, and what his worker holds. */
export interface SearchScope {
  readonly createdBy: string;
  readonly roles: readonly ExecutorRole[];
  readonly heldBy: string;
}

/** A task is seen by its maker with a role that its agent takes, by DEVELOPERs, and by the worker that holds it. */
export function maySee(caller: Caller, task: TaskAccess): boolean {
  if (isOverseer(caller) || task.heldBy === caller.credential.id) return true;
  return task.createdBy === caller.id && includesRole(caller.role, task.minimumRole);
}

/** `maySee`, as a search applies it; `undefined` is everything. */
export function scopeOf(caller: Caller): SearchScope | undefined {
  if (isOverseer(caller)) return undefined;
  return { createdBy: caller.id, roles: rolesWithin(caller.role), heldBy: caller.credential.id };
}

/** Whose tasks, batches and workers the caller looks after: his own; of DEVELOPERs `undefined`, which is everybody's. */
export function managedOwner(caller: Caller): string | undefined {
  return isOverseer(caller) ? undefined : caller.id;
}

/**
 * A task that the caller does not see is to him as if it were not there.
 *
 * @throws TaskNotFoundException
 */
export function assertMaySee<T extends TaskAccess>(
  caller: Caller,
  task: T | undefined,
): asserts task is NonNullable<T> {
  if (!task || !maySee(caller, task)) throw new TaskNotFoundException();
}

/**
 * Cancelling and retrying are for the maker and DEVELOPERs.
 *
 * @throws TaskNotFoundException, TaskNotOwnedException
 */
export function assertMayManage<T extends TaskAccess>(
  caller: Caller,
  task: T | undefined,
): asserts task is NonNullable<T> {
  assertMaySee(caller, task);
  if ((managedOwner(caller) ?? task.createdBy) !== task.createdBy) throw new TaskNotOwnedException();
}

/**
 * Approving and refusing are for DEVELOPERs; of his own task for an ADMIN, or with `four_eyes` for nobody.
 *
 * @throws TaskNotFoundException, ApprovalForbiddenException
 */
export function assertMayDecide<T extends TaskAccess>(
  caller: Caller,
  task: T | undefined,
  policy: ApprovalPolicy,
): asserts task is NonNullable<T> {
  assertMaySee(caller, task);
  if (!isOverseer(caller)) throw new ApprovalForbiddenException();
  if (task.createdBy !== caller.id) return;
  if (policy === 'four_eyes') throw new ApprovalForbiddenException('Somebody else has to decide about your own task');
  if (!includesRole(caller.role, 'ADMIN')) {
    throw new ApprovalForbiddenException('Only an ADMIN decides about a task of his own');
  }
}

/** The minimum roles of agents that a role reaches. */
export function rolesWithin(role: Role): ExecutorRole[] {
  return EXECUTOR_ROLES.filter((one) => includesRole(role, one));
}

function isOverseer({ role }: Caller): boolean {
  return includesRole(role, 'DEVELOPER');
}
