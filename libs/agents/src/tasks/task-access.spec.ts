import fc from 'fast-check';
import { ROLES, type Role } from '#platform/kernel';
import {
  type ApprovalPolicy,
  assertMayDecide,
  assertMayManage,
  assertMaySee,
  type Caller,
  EXECUTOR_ROLES,
  maySee,
  scopeOf,
  type TaskAccess,
} from './task-access.js';

/** Who asks of a task of `maker`, at an agent for API_USERs unless `at` says otherwise; `holds` is whether his worker has the lease. */
interface Case {
  readonly who: 'maker' | 'other';
  readonly role: Role;
  readonly at?: (typeof EXECUTOR_ROLES)[number];
  readonly holds?: boolean;
}

const caller = ({ who, role }: Pick<Case, 'who' | 'role'>): Caller => ({ id: who, role, credential: { id: 'key' } });
const task = ({ at = 'API_USER', holds = false }: Case): TaskAccess => ({
  createdBy: 'maker',
  minimumRole: at,
  heldBy: holds ? 'key' : null,
});

function outcome(act: () => void): string {
  try {
    act();
    return 'yes';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const UNSEEN = 'TASK.NOT_FOUND';
const NOT_OWNED = 'TASK.NOT_OWNED';
const FORBIDDEN = 'TASK.APPROVAL_FORBIDDEN';

describe('who may what with a task', () => {
  it.each<[Case, see: string, manage: string, decide: string, decideWithFourEyes: string]>([
    [{ who: 'maker', role: 'API_USER' }, 'yes', 'yes', FORBIDDEN, FORBIDDEN],
    [{ who: 'maker', role: 'DEVELOPER' }, 'yes', 'yes', FORBIDDEN, FORBIDDEN],
    [{ who: 'maker', role: 'ADMIN' }, 'yes', 'yes', 'yes', FORBIDDEN],
    [{ who: 'maker', role: 'SUPER_ADMIN' }, 'yes', 'yes', 'yes', FORBIDDEN],
    // A credential of a lower role than the agent takes.
    [{ who: 'maker', role: 'READ_ONLY' }, UNSEEN, UNSEEN, UNSEEN, UNSEEN],
    [{ who: 'maker', role: 'API_USER', at: 'DEVELOPER' }, UNSEEN, UNSEEN, UNSEEN, UNSEEN],
    [{ who: 'maker', role: 'API_USER', at: 'ADMIN' }, UNSEEN, UNSEEN, UNSEEN, UNSEEN],
    [{ who: 'maker', role: 'DEVELOPER', at: 'ADMIN' }, 'yes', 'yes', FORBIDDEN, FORBIDDEN],
    [{ who: 'other', role: 'READ_ONLY' }, UNSEEN, UNSEEN, UNSEEN, UNSEEN],
    [{ who: 'other', role: 'API_USER' }, UNSEEN, UNSEEN, UNSEEN, UNSEEN],
    [{ who: 'other', role: 'DEVELOPER' }, 'yes', 'yes', 'yes', 'yes'],
    [{ who: 'other', role: 'DEVELOPER', at: 'SUPER_ADMIN' }, 'yes', 'yes', 'yes', 'yes'],
    [{ who: 'other', role: 'ADMIN' }, 'yes', 'yes', 'yes', 'yes'],
    [{ who: 'other', role: 'API_USER', holds: true }, 'yes', NOT_OWNED, FORBIDDEN, FORBIDDEN],
    [{ who: 'maker', role: 'API_USER', holds: true }, 'yes', 'yes', FORBIDDEN, FORBIDDEN],
  ])('%j: sees it %s, manages it %s, decides about it %s, with four eyes %s', (one, ...expected) => {
    const [who, what] = [caller(one), task(one)];
    const decide = (policy: ApprovalPolicy) => outcome(() => assertMayDecide(who, what, policy));
    expect([
      outcome(() => assertMaySee(who, what)),
      outcome(() => assertMayManage(who, what)),
      decide('role'),
      decide('four_eyes'),
    ]).toEqual(expected);
  });

  it('is the same for a task that is not there as for one that is not seen', () => {
    const who = caller({ who: 'other', role: 'ADMIN' });
    expect(outcome(() => assertMaySee(who, undefined))).toBe(UNSEEN);
    expect(outcome(() => assertMayManage(who, undefined))).toBe(UNSEEN);
    expect(outcome(() => assertMayDecide(who, undefined, 'role'))).toBe(UNSEEN);
  });

  const callers = fc.record({
    who: fc.constantFrom('maker' as const, 'other' as const),
    role: fc.constantFrom(...ROLES),
  });
  const cases = fc.tuple(callers, fc.constantFrom(...EXECUTOR_ROLES), fc.boolean());

  it('is never more for a lower role, and nobody manages or decides about what he does not see', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(...ROLES), ([one, at, holds], other) => {
        const what = task({ ...one, at, holds });
        const [low, high] = [one.role, other].toSorted((a, b) => ROLES.indexOf(a) - ROLES.indexOf(b));
        const acts = [assertMaySee, assertMayManage, (w: Caller, t: TaskAccess) => assertMayDecide(w, t, 'role')];
        for (const act of acts) {
          const may = (role: Role | undefined) =>
            outcome(() => act(caller({ ...one, role: role ?? 'READ_ONLY' }), what));
          if (may(low) === 'yes') expect(may(high)).toBe('yes');
          if (may(one.role) === 'yes') expect(maySee(caller(one), what)).toBe(true);
        }
      }),
    );
  });

  it('is the same for a search as for one task', () => {
    fc.assert(
      fc.property(cases, ([one, at, holds]) => {
        const what = task({ ...one, at, holds });
        const scope = scopeOf(caller(one));
        const isFound =
          scope === undefined ||
          (scope.createdBy === what.createdBy && scope.roles.includes(what.minimumRole)) ||
          scope.heldBy === what.heldBy;
        expect(isFound).toBe(maySee(caller(one), what));
      }),
    );
  });
});
